import { refusal } from './refusal.ts';

const longestBody = 2 * 1024 * 1024; // a thousand keys, each sign of them written as an entity

/** DeleteObjects. s3rver's own takes a key that looks like a number for a number. */
export const deleteMany = async (
  body: AsyncIterable<Buffer>,
  drop: (key: string) => Promise<void>,
) => {
  let xml = '';
  const decoder = new TextDecoder();
  for await (const piece of body) {
    xml += decoder.decode(piece, { stream: true });
    if (xml.length > longestBody) throw malformed();
  }
  const keys = [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => unescaped(key));
  if (keys.length === 0 || keys.length > 1000) throw malformed();

  await Promise.all(keys.map(drop));
  const isQuiet = /<Quiet>\s*true\s*<\/Quiet>/.test(xml);
  return {
    DeleteResult: {
      '@': { xmlns: 'http://s3.amazonaws.com/doc/2006-03-01/' },
      Deleted: isQuiet ? [] : keys.map((Key) => ({ Key })),
    },
  };
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
