import { DynamodbError, validationError } from '../dynamodb-error.ts';
import type { StreamDefinition } from '../storage/table-definition.ts';

const firstSequence = 10n ** 20n; // 21 digits, as few as AWS has: text sorts as the numbers do

export const formatSequence = (sequence: number): string =>
  String(firstSequence + BigInt(sequence));

export const parseSequence = (text: string): number => {
  const number = /^\d{21,40}$/.test(text) ? BigInt(text) - firstSequence : -1n;
  if (number < 0n || number > BigInt(Number.MAX_SAFE_INTEGER))
    throw validationError(`Invalid SequenceNumber: ${text}`);
  return Number(number);
};

/** The one shard of a stream. */
export const getShardId = ({ id }: StreamDefinition): string =>
  `shardId-${String(id).padStart(20, '0')}-00000001`;

/** Where a reader stands: it has seen all up to `after`. */
export type StreamPosition = { streamId: number; after: number; issuedAt: number };

const lifetimeMs = 15 * 60 * 1000;

export const formatIterator = (arn: string, position: StreamPosition): string =>
  `${arn}|1|${Buffer.from(JSON.stringify(position)).toString('base64url')}`;

/** Throws ExpiredIteratorException for one that is older than 15 minutes. */
export const parseIterator = (iterator: string, now: number): StreamPosition => {
  const position = decode(iterator.split('|')[2] ?? '');
  if (!position) throw validationError('Invalid ShardIterator');
  if (now - position.issuedAt > lifetimeMs)
    throw new DynamodbError(
      'ExpiredIteratorException',
      'Iterator expired. The iterator was created more than 15 minutes ago.',
    );
  return position;
};

const decode = (text: string): StreamPosition | undefined => {
  try {
    const { streamId, after, issuedAt } = JSON.parse(Buffer.from(text, 'base64url').toString());
    const isWhole = [streamId, after, issuedAt].every(Number.isSafeInteger);
    return isWhole ? { streamId, after, issuedAt } : undefined;
  } catch {
    return undefined;
  }
};
