import { createHash } from 'node:crypto';
import type { Authorization } from '../requests/authorize.ts';
import { type AccessKey, verifySignature } from '../requests/credentials.ts';

export type ChunkVerifier = {
  bytes(content: Buffer): void;
  chunkEnd(signature: string): void;
  trailer(name: string, value: string): void;
  end(): void;
};

const emptyHash = createHash('sha256').digest('hex');

/**
 * Verifies the signature of each chunk and of the trailing headers, each of which signs the one
 * before it. Nothing to verify, if the client signed no chunks. Throws SignatureDoesNotMatch.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export const chunkVerifier = (
  { payloadHash, scope, date, signature }: Authorization,
  key: AccessKey,
): ChunkVerifier | undefined => {
  if (!payloadHash.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD')) return undefined;
  let previous = signature;
  let hash = createHash('sha256');
  let trailers = '';
  let trailerSignature = '';
  return {
    bytes: (content) => void hash.update(content),
    chunkEnd: (given) => {
      const digest = hash.digest('hex');
      hash = createHash('sha256');
      const text = ['AWS4-HMAC-SHA256-PAYLOAD', date, scope, previous, emptyHash, digest];
      verifySignature(text.join('\n'), given, scope, key);
      previous = given;
    },
    trailer: (name, value) => {
      if (name === 'x-amz-trailer-signature') trailerSignature = value;
      else trailers += `${name}:${value}\n`;
    },
    end: () => {
      if (!payloadHash.endsWith('-TRAILER')) return;
      const digest = createHash('sha256').update(trailers).digest('hex');
      const text = ['AWS4-HMAC-SHA256-TRAILER', date, scope, previous, digest];
      verifySignature(text.join('\n'), trailerSignature, scope, key);
    },
  };
};
