import { S3Error } from '../s3-error.ts';

const maxLineBytes = 16 * 1024; // a chunk's size and signature, or a trailing checksum

/** Called with what the frames hold, as they come. */
export type ChunkObserver = {
  bytes?(content: Buffer): void;
  /** At the end of each chunk, the last one of 0 bytes included. */
  chunkEnd?(signature: string): void;
  trailer(name: string, value: string): void;
};

/**
 * Takes the frames off a body that an SDK sent in chunks, because it could not know the checksum
 * before: `size;chunk-signature=…\r\n bytes \r\n`, ended by a chunk of 0 and trailing headers:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export async function* decodeAwsChunked(
  body: AsyncIterable<Buffer>,
  observer: ChunkObserver,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let left = 0; // bytes of the present chunk still to come, with its line end
  let signature = '';
  let state: 'size' | 'bytes' | 'trailer' = 'size';
  for await (const piece of body) {
    rest = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
    while (rest.length > 0) {
      if (state === 'bytes') {
        const take = Math.min(left, rest.length);
        const content = rest.subarray(0, Math.min(take, Math.max(0, left - 2)));
        if (content.length > 0) observer.bytes?.(content);
        if (content.length > 0) yield content;
        rest = rest.subarray(take);
        left -= take;
        if (left > 0) continue;
        observer.chunkEnd?.(signature);
        state = 'size';
        continue;
      }
      const end = rest.indexOf('\r\n');
      if (end < 0 && rest.length > maxLineBytes) throw incompleteBody();
      if (end < 0) break;
      const line = rest.toString('latin1', 0, end);
      rest = rest.subarray(end + 2);
      if (state === 'trailer') {
        const [name = '', value = ''] = line.split(/:(.*)/s);
        if (name) observer.trailer(name.trim().toLowerCase(), value.trim());
        continue;
      }
      if (!/^[0-9a-f]{1,12}(;|$)/i.test(line)) throw incompleteBody();
      const sizeBytes = Number.parseInt(line, 16);
      signature = /;chunk-signature=([0-9a-f]{64})/.exec(line)?.[1] ?? '';
      state = sizeBytes === 0 ? 'trailer' : 'bytes';
      if (sizeBytes === 0) observer.chunkEnd?.(signature);
      left = sizeBytes + 2;
    }
  }
  if (state !== 'trailer') throw incompleteBody();
}

export const incompleteBody = (): S3Error =>
  new S3Error('IncompleteBody', 'The request body terminated unexpectedly');
