import { type XmlToken, xmlTokens } from './xml-tokens.ts';

/** Values by `prefix:name`, with the prefixes of the XMP specification whatever the file calls them. */
export type XmpProperties = Map<string, string[]>;

/** XMP specification parts 1 and 2, Exif metadata for XMP (CIPA DC-010), by namespace. */
const prefixes: Readonly<Record<string, string>> = {
  'http://www.w3.org/1999/02/22-rdf-syntax-ns#': 'rdf',
  'http://purl.org/dc/elements/1.1/': 'dc',
  'http://ns.adobe.com/xap/1.0/': 'xmp',
  'http://ns.adobe.com/exif/1.0/': 'exif',
  'http://cipa.jp/exif/1.0/': 'exifEX',
  'http://ns.adobe.com/tiff/1.0/': 'tiff',
  'http://ns.adobe.com/exif/1.0/aux/': 'aux',
  'http://ns.adobe.com/photoshop/1.0/': 'photoshop',
};
const knownPrefixes = new Set(Object.values(prefixes));

const maxProperties = 512;
const maxItems = 256;
const maxDepth = 64;
const maxCharacters = 4_096;

/** A property that is being read: where it stands, and its values so far, the default one first. */
type Open = { name: string; depth: number; text: string; items: string[] };

/**
 * The simple properties of an XMP packet and its lists (XMP specification part 1, §7): attributes
 * of `rdf:Description`, elements in it, and the `rdf:li` of those. Structures are left out. Never
 * throws, whatever the packet holds; the first value of a property counts.
 */
export const xmpProperties = (packet: string): XmpProperties => {
  const found: XmpProperties = new Map();
  const names = namespaces();
  const stack: string[] = [];
  let property: Open | undefined;
  let item: { text: string; isDefault: boolean } | undefined;

  const save = (name: string, values: string[]) => {
    const filled = values.map((value) => value.trim()).filter((value) => value !== '');
    if (filled.length > 0 && !found.has(name) && found.size < maxProperties)
      found.set(name, filled);
  };
  const open = (token: Extract<XmlToken, { kind: 'open' }>) => {
    names.declare(token.attributes);
    const name = names.resolve(token.name);
    const isDescription = name === 'rdf:Description' && !property;
    for (const [key, value] of token.attributes) {
      const attribute = names.resolve(key);
      if (isDescription && !attribute.startsWith('rdf:')) save(attribute, [value]);
    }
    const isProperty = !property && !isDescription && stack.at(-1) === 'rdf:Description';
    if (isProperty) property = { name, depth: stack.length, text: '', items: [] };
    else if (name === 'rdf:li' && property && stack.length === property.depth + 2)
      item = { text: '', isDefault: token.attributes.some(isDefaultLanguage) };
    stack.push(name);
  };
  const close = () => {
    stack.pop();
    if (!property) return;
    if (item && stack.length === property.depth + 2) {
      if (item.isDefault) property.items.unshift(item.text);
      else if (property.items.length < maxItems) property.items.push(item.text);
      item = undefined;
    }
    if (stack.length > property.depth) return;
    save(property.name, property.items.length > 0 ? property.items : [property.text]);
    property = undefined;
  };
  const addText = (text: string) => {
    const piece = text.slice(0, maxCharacters);
    if (!property) return;
    if (item && stack.length === property.depth + 3) item.text = joined(item.text, piece);
    else if (stack.length === property.depth + 1) property.text = joined(property.text, piece);
  };

  for (const token of xmlTokens(packet)) {
    if (token.kind === 'text') addText(token.text);
    else if (token.kind === 'close') close();
    else {
      open(token);
      if (token.isEmpty) close();
      if (stack.length > maxDepth) break;
    }
  }
  return found;
};

const joined = (text: string, more: string) => (text + more).slice(0, maxCharacters);

const isDefaultLanguage = ([name, value]: [string, string]) =>
  name === 'xml:lang' && value.toLowerCase() === 'x-default';

/** Prefixes as the packet declares them; a known one that it forgot to declare is taken at its word. */
const namespaces = () => {
  const declared = new Map<string, string>();
  const declare = (attributes: readonly [string, string][]) => {
    for (const [name, value] of attributes)
      if (name.startsWith('xmlns:') && declared.size < 256)
        declared.set(name.slice(6), prefixes[value.trim()] ?? '');
  };
  const resolve = (name: string): string => {
    const colon = name.indexOf(':');
    const prefix = name.slice(0, Math.max(colon, 0));
    const known = declared.get(prefix) ?? (knownPrefixes.has(prefix) ? prefix : '');
    return `${known}:${name.slice(colon + 1)}`;
  };
  return { declare, resolve };
};
