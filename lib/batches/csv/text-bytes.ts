import { isUtf8 } from 'node:buffer';

export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

const headBytes = 65_536;
const sliceBytes = 16_384; // per read: large enough to be fast, and bounds memory

/**
 * The first 64 KiB of a file (fewer if it is shorter), and the whole file from its beginning in chunks of
 * no more than that, without the byte order mark of UTF-8. A caller that does not read `all` has to close.
 */
export const readHead = async (chunks: Chunks) => {
  const slices = inSlices(chunks);
  const first: Buffer[] = [];
  let length = 0;
  while (length < headBytes) {
    const { value, done } = await slices.next();
    if (done) break;
    first.push(value);
    length += value.length;
  }
  const head = Buffer.concat(first);
  const close = async (): Promise<void> => {
    await slices.return(undefined);
  };
  return { head, all: joined(withoutBom(head), slices), close };
};

async function* joined(head: Buffer, slices: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield head;
    yield* slices;
  } finally {
    await slices.return(undefined); // also where no more than the head was read
  }
}

/** The bytes without the byte order mark of UTF-8. */
export const withoutBom = (head: Buffer): Buffer =>
  head.subarray(0, 3).equals(Buffer.of(0xef, 0xbb, 0xbf)) ? head.subarray(3) : head;

/** The file of a form is one chunk of megabytes. */
async function* inSlices(chunks: Chunks): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = 0; at < bytes.length; at += sliceBytes) yield bytes.subarray(at, at + sliceBytes);
  }
}

/**
 * The text as UTF-8: valid UTF-8 stays as it is, and each byte that cannot be UTF-8 is read as
 * windows-1252, the Latin-1 of spreadsheets. No byte is ever rejected, so a file with a mix of both is
 * read too.
 */
export async function* asUtf8(slices: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let cut = Buffer.alloc(0); // the beginning of a character whose end is in the next slice
  for await (const slice of slices) {
    const bytes = cut.length > 0 ? Buffer.concat([cut, slice]) : slice;
    const end = bytes.length - incompleteLength(bytes);
    cut = Buffer.from(bytes.subarray(end));
    if (end > 0) yield toUtf8(bytes.subarray(0, end));
  }
  if (cut.length > 0) yield toUtf8(cut);
}

/** How many bytes at the end are an incomplete character of UTF-8: 0 to 3. */
const incompleteLength = (bytes: Buffer): number => {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < charLength(byte) ? back : 0;
  }
  return 0;
};

const charLength = (leadByte: number): number => {
  if (leadByte >= 0xf0) return 4;
  return leadByte >= 0xe0 ? 3 : 2;
};

// The well-formed sequences of the Unicode Standard, table 3-7, and any single byte above ASCII.
const beyondAscii =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]/g;
const windows1252 = new TextDecoder('windows-1252');

const toUtf8 = (bytes: Buffer): Buffer => {
  if (isUtf8(bytes)) return bytes;
  const text = bytes
    .toString('latin1')
    .replaceAll(beyondAscii, (found) =>
      found.length === 1
        ? windows1252.decode(Buffer.from(found, 'latin1'))
        : Buffer.from(found, 'latin1').toString('utf8'),
    );
  return Buffer.from(text);
};
