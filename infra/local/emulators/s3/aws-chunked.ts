import { refusal } from './refusal.ts';

const longestLine = 16 * 1024; // a chunk's size and signature, or a trailing checksum

/**
 * Takes the frames off a body that an SDK sent in chunks, because it could not know the checksum
 * before: `size;chunk-signature=…\r\n bytes \r\n`, ended by a chunk of 0 and trailing headers, which
 * go to `trailer`. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 * The signatures of chunks are not checked.
 */
export async function* unchunked(
  body: AsyncIterable<Buffer>,
  trailer: (name: string, value: string) => void,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let left = 0; // bytes of the present chunk still to come, with its line end
  let state: 'size' | 'bytes' | 'trailer' = 'size';
  for await (const piece of body) {
    rest = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
    while (rest.length > 0) {
      if (state === 'bytes') {
        const take = Math.min(left, rest.length);
        const content = rest.subarray(0, Math.min(take, Math.max(0, left - 2)));
        if (content.length > 0) yield content;
        rest = rest.subarray(take);
        left -= take;
        if (left === 0) state = 'size';
        continue;
      }
      const end = rest.indexOf('\r\n');
      if (end < 0 && rest.length > longestLine) throw incomplete();
      if (end < 0) break;
      const line = rest.toString('latin1', 0, end);
      rest = rest.subarray(end + 2);
      if (state === 'trailer') {
        const [name = '', value = ''] = line.split(/:(.*)/s);
        if (name) trailer(name.trim().toLowerCase(), value.trim());
        continue;
      }
      const sizeBytes = Number.parseInt(line, 16);
      if (!(sizeBytes >= 0)) throw incomplete();
      state = sizeBytes === 0 ? 'trailer' : 'bytes';
      left = sizeBytes + 2;
    }
  }
  if (state !== 'trailer') throw incomplete();
}

const incomplete = () =>
  refusal('IncompleteBody', 'The request body terminated unexpectedly or is not well chunked');
