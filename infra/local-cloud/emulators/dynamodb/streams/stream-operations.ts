import { DynamodbError, resourceNotFound } from '../dynamodb-error.ts';
import type { Engine, Operation } from '../engine.ts';
import { jsonArray, jsonObject } from '../json-text.ts';
import { describeKey, streamArn } from '../operations/describe-table.ts';
import { checkBounds, missing, readInput, readTableName } from '../operations/input.ts';
import type { StreamStore } from '../storage/stream-store.ts';
import {
  formatIterator,
  formatSequence,
  getShardId,
  parseIterator,
  parseSequence,
} from './stream-position.ts';
import { streamRecord } from './stream-record.ts';

/** How long DynamoDB stores a record. */
export const retentionMs = 24 * 60 * 60 * 1000;

const buildArn = (engine: Engine, { definition }: StreamStore) =>
  streamArn(engine, definition.tableName, definition.label);

const findStream = (engine: Engine, arn: string): StreamStore => {
  const stream = engine.catalog.streams().find((one) => buildArn(engine, one) === arn);
  if (!stream) throw resourceNotFound(`Requested resource not found: Stream: ${arn} not found`);
  return stream;
};

const maxStreams = 100;

export const listStreams: Operation = (engine, given) => {
  const input = readInput<{
    TableName?: string;
    Limit?: number;
    ExclusiveStartStreamArn?: string;
  }>(given, { TableName: 'string', Limit: 'integer', ExclusiveStartStreamArn: 'string' });
  const { Limit = maxStreams, ExclusiveStartStreamArn: start } = input;
  checkBounds('Limit', Limit, 1, maxStreams);
  const name = input.TableName === undefined ? undefined : readTableName(input.TableName);
  const all = engine.catalog
    .streams()
    .filter(({ definition }) => name === undefined || definition.tableName === name);
  const from = start ? all.findIndex((one) => buildArn(engine, one) === start) + 1 : 0;
  const page = all.slice(from, from + Limit);
  const last = page.at(-1);
  return JSON.stringify({
    Streams: page.map((one) => ({
      StreamArn: buildArn(engine, one),
      TableName: one.definition.tableName,
      StreamLabel: one.definition.label,
    })),
    ...(last && from + Limit < all.length && { LastEvaluatedStreamArn: buildArn(engine, last) }),
  });
};

export const describeStream: Operation = (engine, given) => {
  const { StreamArn, ExclusiveStartShardId } = readInput<{
    StreamArn: string;
    ExclusiveStartShardId?: string;
  }>(given, { StreamArn: 'string!', Limit: 'integer', ExclusiveStartShardId: 'string' });
  const stream = findStream(engine, StreamArn);
  const { definition } = stream;
  const isEnded = definition.disabledAt !== undefined;
  const shard = {
    ShardId: getShardId(definition),
    SequenceNumberRange: {
      StartingSequenceNumber: formatSequence(0),
      ...(isEnded && { EndingSequenceNumber: formatSequence(stream.lastSequence()) }),
    },
  };
  return JSON.stringify({
    StreamDescription: {
      StreamArn,
      StreamLabel: definition.label,
      StreamStatus: isEnded ? 'DISABLED' : 'ENABLED',
      StreamViewType: definition.viewType,
      CreationRequestDateTime: Date.parse(`${definition.label}Z`) / 1000,
      TableName: definition.tableName,
      KeySchema: describeKey(definition.key),
      Shards: ExclusiveStartShardId ? [] : [shard],
    },
  });
};

const iteratorTypes = [
  'AFTER_SEQUENCE_NUMBER',
  'AT_SEQUENCE_NUMBER',
  'LATEST',
  'TRIM_HORIZON',
] as const;
type IteratorInput = {
  StreamArn: string;
  ShardId: string;
  ShardIteratorType?: (typeof iteratorTypes)[number];
  SequenceNumber?: string;
};

export const getShardIterator: Operation = (engine, given) => {
  const input = readInput<IteratorInput>(given, {
    StreamArn: 'string!',
    ShardId: 'string!',
    ShardIteratorType: iteratorTypes,
    SequenceNumber: 'string',
  });
  if (!input.ShardIteratorType) throw missing('ShardIteratorType');
  const stream = findStream(engine, input.StreamArn);
  if (input.ShardId !== getShardId(stream.definition))
    throw resourceNotFound(`Requested resource not found: Shard: ${input.ShardId} not found`);
  const after = resolveStart(stream, input);
  const now = engine.now();
  if (after > 0) checkNotTrimmed(stream, after, now);
  const position = { streamId: stream.definition.id, after, issuedAt: now };
  return JSON.stringify({ ShardIterator: formatIterator(input.StreamArn, position) });
};

const resolveStart = (
  stream: StreamStore,
  { ShardIteratorType, SequenceNumber }: IteratorInput,
) => {
  if (ShardIteratorType === 'TRIM_HORIZON') return 0;
  if (ShardIteratorType === 'LATEST') return stream.lastSequence();
  if (SequenceNumber === undefined) throw missing('SequenceNumber');
  const sequence = parseSequence(SequenceNumber);
  return ShardIteratorType === 'AT_SEQUENCE_NUMBER' ? Math.max(0, sequence - 1) : sequence;
};

/** Throws if records that follow are no longer there: a reader who is so late has missed some. */
const checkNotTrimmed = (stream: StreamStore, after: number, now: number): void => {
  const oldest = stream.firstSequence(now - retentionMs) ?? stream.lastSequence() + 1;
  if (after + 1 >= oldest) return;
  throw new DynamodbError(
    'TrimmedDataAccessException',
    'The operation attempted to read past the oldest stream record in a shard.',
  );
};

const maxRecords = 1000;
const maxBytes = 1024 * 1024;

export const getRecords: Operation = (engine, given) => {
  const { ShardIterator, Limit = maxRecords } = readInput<{
    ShardIterator: string;
    Limit?: number;
  }>(given, { ShardIterator: 'string!', Limit: 'integer' });
  checkBounds('Limit', Limit, 1, maxRecords);
  const now = engine.now();
  const { streamId, after } = parseIterator(ShardIterator, now);
  const stream = engine.catalog.streams().find(({ definition }) => definition.id === streamId);
  if (!stream) throw resourceNotFound('Requested resource not found: Stream not found');
  if (after > 0) checkNotTrimmed(stream, after, now);

  const records: string[] = [];
  let [last, bytes] = [after, 0];
  stream.read({ after, since: now - retentionMs, limit: Limit }, (row) => {
    const text = streamRecord(row, stream.definition, engine.region);
    if (records.length > 0 && bytes + text.length > maxBytes) return false;
    records.push(text);
    bytes += text.length;
    last = row.sequence;
    return true;
  });
  const isRead = stream.definition.disabledAt !== undefined && last === stream.lastSequence();
  const next = formatIterator(buildArn(engine, stream), { streamId, after: last, issuedAt: now });
  return jsonObject({
    Records: jsonArray(records),
    NextShardIterator: isRead ? undefined : JSON.stringify(next),
  });
};
