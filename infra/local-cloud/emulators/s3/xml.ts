import { S3Error } from './s3-error.ts';

/**
 * Content of an element: text, children by name (`@…` is an attribute, `#text` text beside them), or
 * one element for each of a list.
 */
export type XmlContent =
  | string
  | number
  | boolean
  | undefined
  | { readonly [name: string]: XmlContent }
  | readonly XmlContent[];

/** One element as S3 sees it, without its namespace. */
export type XmlElement = { name: string; text: string; children: XmlElement[] };

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** A document with one root element. What is `undefined` is left out. */
export const toXml = (root: string, content: XmlContent): string =>
  declaration + elementXml(root, content);

const elementXml = (name: string, content: XmlContent): string => {
  if (content === undefined) return '';
  if (Array.isArray(content)) return content.map((one) => elementXml(name, one)).join('');
  if (typeof content !== 'object') return `<${name}>${escapeText(String(content))}</${name}>`;
  const entries = Object.entries(content);
  const attributes = entries
    .filter(([key]) => key.startsWith('@'))
    .map(([key, value]) => ` ${key.slice(1)}="${escapeText(String(value))}"`);
  const children = entries
    .filter(([key]) => !key.startsWith('@'))
    .map(([key, value]) => (key === '#text' ? escapeText(String(value)) : elementXml(key, value)));
  return `<${name}${attributes.join('')}>${children.join('')}</${name}>`;
};

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

// A carriage return and its kind would be normalised away by the reader if sent as they are.
const escapeText = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a key may hold any of them
  text.replace(/[&<>"\u0000-\u0008\u000b-\u001f\u007f]/g, (sign) => {
    const entity = Object.entries(entities).find(([, value]) => value === sign)?.[0];
    return entity ? `&${entity};` : `&#x${sign.charCodeAt(0).toString(16)};`;
  });

const token =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([^\s<>/!?]+)([^<>]*)>/g;
const maxDepth = 16;

/** Reads the small documents that S3's clients send. Throws MalformedXML; knows no DTDs. */
export const parseXml = (xml: string): XmlElement => {
  const root: XmlElement = { name: '', text: '', children: [] };
  const open = [root];
  let end = 0;
  const addText = (text: string) => {
    const element = open.at(-1);
    if (element) element.text += text;
  };
  for (const match of xml.matchAll(token)) {
    addText(unescapeText(xml.slice(end, match.index)));
    end = match.index + match[0].length;
    const [, cdata, slash, name, rest = ''] = match;
    if (cdata !== undefined) addText(cdata);
    if (name === undefined) continue;
    const localName = name.replace(/^.*:/, '');
    if (slash) {
      if (open.length < 2 || open.pop()?.name !== localName) throw malformedXml();
      continue;
    }
    const element = { name: localName, text: '', children: [] };
    open.at(-1)?.children.push(element);
    if (!rest.endsWith('/')) open.push(element);
    if (open.length > maxDepth) throw malformedXml();
  }
  addText(xml.slice(end));
  const [document, ...others] = root.children;
  if (open.length > 1 || !document || others.length > 0 || root.text.trim()) throw malformedXml();
  return document;
};

/** The text of the child with a name. */
export const childText = (element: XmlElement, name: string): string | undefined =>
  element.children.find((child) => child.name === name)?.text;

export const childrenNamed = (element: XmlElement, name: string): XmlElement[] =>
  element.children.filter((child) => child.name === name);

const unescapeText = (text: string) =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (entity, hex, decimal, name) => {
    if (name) return entities[name] ?? entity;
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : entity;
  });

export const malformedXml = (): S3Error =>
  new S3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
