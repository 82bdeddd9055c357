import { isUtf8 } from 'node:buffer';

/** `; name="value"`, `; name=value`. Without ambiguity, so that no input takes long. */
const parameter = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:\\["\\]|\\(?!["\\])|[^"\\])*)"|([^\s;"]*))/g;

/**
 * The parameters of a header that was decoded as Latin-1, names in lower case. Values are UTF-8, or
 * Windows-1252 where they are not valid UTF-8, as old clients send. `filename*` (RFC 5987) goes before
 * `filename`, quoted too, as Postman sends it. The last of two of one name counts.
 */
export const parseParameters = (header: string): Partial<Record<string, string>> => {
  const found: Record<string, string> = {};
  const extended: Record<string, string> = {};
  for (const [, key = '', quoted, token] of header.matchAll(parameter)) {
    const name = key.toLowerCase();
    const raw = quoted?.replaceAll(/\\(["\\])/g, '$1') ?? token ?? '';
    if (name.endsWith('*')) extended[name.slice(0, -1)] = decodeExtended(raw);
    else found[name] = decodeText(Buffer.from(raw, 'latin1'));
  }
  return { ...found, ...extended };
};

/** `UTF-8''na%C3%AFve.jpg`; a value of another form is taken as it is. */
const decodeExtended = (value: string): string => {
  const encoded = /^[\w-]+'[^']*'(.*)$/s.exec(value)?.[1] ?? value;
  const bytes = encoded.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return decodeText(Buffer.from(bytes, 'latin1'));
};

const windows1252 = new TextDecoder('windows-1252');

const decodeText = (bytes: Buffer): string =>
  isUtf8(bytes) ? bytes.toString() : windows1252.decode(bytes);
