/** A piece of XML: a tag with its attributes, or text with its entities resolved. */
export type XmlToken =
  | { kind: 'open'; name: string; attributes: [string, string][]; isEmpty: boolean }
  | { kind: 'close'; name: string }
  | { kind: 'text'; text: string };

/**
 * Splits XML into tags and text, once through and without looking back, so that it takes as long as
 * the text is. Never throws: what is not well-formed ends it. Document types are skipped, so there
 * are no entities but those of XML itself.
 */
export function* xmlTokens(xml: string): Generator<XmlToken> {
  for (let at = 0; at < xml.length; ) {
    const open = xml.indexOf('<', at);
    if (open < 0) return;
    if (open > at) yield { kind: 'text', text: withoutEntities(xml.slice(at, open)) };
    const special = specials.find(({ begin }) => xml.startsWith(begin, open));
    const end = special ? xml.indexOf(special.end, open + special.begin.length) : tagEnd(xml, open);
    if (end < 0) return;
    if (special?.isText) yield { kind: 'text', text: xml.slice(open + special.begin.length, end) };
    if (!special) yield tagToken(xml.slice(open + 1, end));
    at = end + (special?.end.length ?? 1);
  }
}

const specials = [
  { begin: '<!--', end: '-->', isText: false },
  { begin: '<![CDATA[', end: ']]>', isText: true },
  { begin: '<?', end: '?>', isText: false },
  { begin: '<!', end: '>', isText: false },
];

/** The first `>` that stands in no attribute's value. */
const tagEnd = (xml: string, open: number): number => {
  let quote = '';
  for (let at = open + 1; at < xml.length; at++) {
    const character = xml.charAt(at);
    if (quote) quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return at;
  }
  return -1;
};

const tagToken = (inside: string): XmlToken => {
  if (inside.startsWith('/')) return { kind: 'close', name: inside.slice(1).trim() };
  const isEmpty = inside.endsWith('/');
  const [name = ''] = /^[^\s/]*/.exec(inside) ?? [];
  return { kind: 'open', name, attributes: attributesIn(inside.slice(name.length)), isEmpty };
};

const maxAttributes = 512;

const attributesIn = (text: string): [string, string][] => {
  const found: [string, string][] = [];
  for (const [, name = '', double, single] of text.matchAll(
    /([^\s=/"']{1,64})\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)')/g,
  )) {
    if (found.length === maxAttributes) break;
    found.push([name, withoutEntities(double ?? single ?? '')]);
  }
  return found;
};

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

const withoutEntities = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,8}));/gi, (whole, decimal, hex, name) => {
    if (name) return named[name] ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
  });
