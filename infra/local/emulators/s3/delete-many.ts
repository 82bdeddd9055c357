import { refusal } from './refusal.ts';

const longestBody = 2 * 1024 * 1024; // a thousand keys, each sign of them written as an entity

/** The code of S3's refusal where an object may not be removed. */
type Drop = (key: string, etag: string | undefined) => Promise<string | undefined>;

/** DeleteObjects. s3rver's own takes a key that looks like a number for a number. */
export const deleteMany = async (body: AsyncIterable<Buffer>, drop: Drop) => {
  let xml = '';
  const decoder = new TextDecoder();
  for await (const piece of body) {
    xml += decoder.decode(piece, { stream: true });
    if (xml.length > longestBody) throw malformed();
  }
  const objects = [...xml.matchAll(/<Object>(.*?)<\/Object>/gs)].map(([, object = '']) => {
    const key = textOf('Key', object);
    if (key === undefined) throw malformed();
    return { key, etag: textOf('ETag', object) };
  });
  if (objects.length === 0 || objects.length > 1000) throw malformed();

  const done = await Promise.all(
    objects.map(async ({ key, etag }) => ({ Key: key, Code: await drop(key, etag) })),
  );
  const isQuiet = /<Quiet>\s*true\s*<\/Quiet>/.test(xml);
  return {
    DeleteResult: {
      '@': { xmlns: 'http://s3.amazonaws.com/doc/2006-03-01/' },
      Deleted: isQuiet ? [] : done.filter(({ Code }) => !Code).map(({ Key }) => ({ Key })),
      Error: done.filter(({ Code }) => Code),
    },
  };
};

const textOf = (element: string, xml: string): string | undefined => {
  const [, text] = new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml) ?? [];
  return text === undefined ? undefined : unescaped(text);
};

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescaped = (text: string) =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (entity, hex, decimal, name) => {
    if (name) return entities[name] ?? entity;
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : entity;
  });

const malformed = () =>
  refusal('MalformedXML', 'The XML you provided names no keys, or more than 1000.');
