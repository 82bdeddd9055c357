import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { CallAws } from '../template/call-aws.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Running } from './event-source.ts';
import { handleBatch } from './stream-batch.ts';
import {
  type ChangeRecord,
  getSequenceNumber,
  type StreamMapping,
  toEventRecord,
} from './stream-event.ts';
import { listShards, openShard, resolveStreamArn } from './stream-reader.ts';
import { openTumblingWindow } from './tumbling-window.ts';

export type StreamTools = {
  dynamodb: CallAws;
  checkpoints: Checkpoints;
  /** Names the reader: each function reads on its own. */
  functionName: string;
  region: string;
  accountId: string;
  invoke: (event: { Records: unknown[] }) => Promise<unknown>;
  sendToQueue: (queueArn: string, body: string) => Promise<void>;
  report: (error: unknown) => void;
  /** How often it looks for records without being woken (by default every second), and the first pause after an error. */
  pollMs?: number;
  firstBackoffMs?: number;
};

export type RunningStream = Running & {
  /** There may be new records. */
  wake(): void;
};

const maxBackoffMs = 30_000;

/**
 * Lambda's event source mapping of a DynamoDB stream: reads each shard in order, one batch at a time,
 * and stores how far it got after each. Every record is handed over at least once, whenever the
 * process is killed; one that always fails stands in the way of those behind it until it is given up.
 */
export const startStreamSource = (mapping: StreamMapping, tools: StreamTools): RunningStream => {
  const { pollMs = 1000, report } = tools;
  const ending = new AbortController();
  const { signal } = ending;
  const bell = openBell(signal);

  const run = async (): Promise<void> => {
    const streamArn = await resolveStreamArn(tools.dynamodb, mapping.streamArn);
    const shards = await listShards(tools.dynamodb, streamArn);
    await Promise.all(
      shards.map((shardId) => readShard({ mapping, streamArn, shardId }, tools, { bell, signal })),
    );
  };
  const runUntilStopped = async (): Promise<void> => {
    while (!signal.aborted) {
      await run().catch((error: unknown) => signal.aborted || report(error));
      if (!signal.aborted)
        await wait(Math.min(pollMs, 1000), undefined, { signal }).catch(() => {});
    }
  };
  const running = runUntilStopped();
  return {
    wake: bell.ring,
    stop: async (withinMs) => {
      ending.abort();
      await Promise.race([running, wait(withinMs, undefined, { ref: false })]);
    },
  };
};

type Bell = ReturnType<typeof openBell>;
type Shard = { mapping: StreamMapping; streamArn: string; shardId: string };

/** Waits end when it is rung, also if that was a moment before. */
const openBell = (signal: AbortSignal) => {
  let isRung = false;
  const waiting = new Set<() => void>();
  const ring = () => {
    isRung = true;
    for (const end of waiting) end();
  };
  signal.addEventListener('abort', ring);
  return {
    ring,
    wait: async (ms: number): Promise<void> => {
      if (!isRung) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, ms);
        waiting.add(resolve);
        await promise;
        waiting.delete(resolve);
        clearTimeout(timer);
      }
      isRung = false;
    },
  };
};

const readShard = async (
  { mapping, streamArn, shardId }: Shard,
  tools: StreamTools,
  { bell, signal }: { bell: Bell; signal: AbortSignal },
): Promise<void> => {
  const { pollMs = 1000, firstBackoffMs = 200, checkpoints, functionName, dynamodb } = tools;
  const place = `${streamArn}/${shardId}`;
  const after =
    checkpoints.find(functionName, place) ??
    (await startingPoint({ mapping, streamArn, shardId }, tools));
  checkpoints.save(functionName, place, after);
  const shard = await openShard(dynamodb, { streamArn, shardId, after });

  const { tumblingWindowInSeconds: seconds } = mapping;
  const window = seconds > 0 ? openTumblingWindow(seconds, { streamArn, shardId }) : undefined;

  const batchTools = {
    mapping,
    invoke: async (batch: readonly ChangeRecord[]) => {
      if (!window)
        return tools.invoke({ Records: batch.map((record) => toEventRecord(record, streamArn)) });
      const answer = await tools.invoke(window.toEvent(batch));
      window.accept(answer);
      return answer;
    },
    checkpoint: (record: ChangeRecord) =>
      checkpoints.save(functionName, place, getSequenceNumber(record)),
    giveUp: (batch: readonly ChangeRecord[], invocations: number) =>
      giveUp(batch, { mapping, streamArn, shardId, invocations }, tools),
    report: tools.report,
    backOff: async (attempt: number) => {
      const ms = Math.min(maxBackoffMs, firstBackoffMs * 2 ** Math.max(0, attempt - 1));
      await wait(ms, undefined, { signal }).catch(() => {});
      return !signal.aborted;
    },
  };
  while (!signal.aborted && !shard.isEnded()) {
    const batch = await collect(shard, mapping, { bell, signal, pollMs });
    for (const part of window ? window.split(batch) : [batch]) {
      if (part.length === 0) continue;
      // What was read and not handled is read again from the checkpoint, by a next run.
      if (signal.aborted || !(await handleBatch(part, batchTools))) return;
    }
  }
};

/** Where a reader begins that has never read: fixed at its first start, so that nothing falls between two. */
const startingPoint = async (
  { mapping, streamArn, shardId }: Shard,
  { dynamodb }: StreamTools,
): Promise<string | null> => {
  if (mapping.startingPosition === 'TRIM_HORIZON') return null;
  const shard = await openShard(dynamodb, { streamArn, shardId, after: null });
  let last: string | null = null;
  for (;;) {
    const newest = (await shard.read(1000)).at(-1);
    if (!newest) return last;
    last = getSequenceNumber(newest);
  }
};

/** Up to a batch; waits for the window once there is one record, and up to `pollMs` for the first. */
const collect = async (
  shard: Awaited<ReturnType<typeof openShard>>,
  { batchSize, batchWindow }: Pick<StreamMapping, 'batchSize' | 'batchWindow'>,
  { bell, signal, pollMs }: { bell: Bell; signal: AbortSignal; pollMs: number },
): Promise<ChangeRecord[]> => {
  const batch = await shard.read(batchSize);
  if (batch.length === 0) await bell.wait(pollMs);
  const until = Date.now() + batchWindow * 1000;
  while (batch.length > 0 && batch.length < batchSize && !signal.aborted) {
    const more = await shard.read(batchSize - batch.length);
    batch.push(...more);
    if (more.length > 0) continue;
    const leftMs = until - Date.now();
    if (leftMs <= 0) break;
    // Not woken by each record: Lambda too reads a shard four times a second.
    await wait(Math.min(leftMs, pollMs, 250), undefined, { signal }).catch(() => {});
  }
  return batch;
};

/** Lambda Developer Guide, "Configuring destinations for failed invocations" of a DynamoDB stream. */
const giveUp = async (
  batch: readonly ChangeRecord[],
  place: Shard & { invocations: number },
  { functionName, region, accountId, sendToQueue, report }: StreamTools,
): Promise<void> => {
  const { mapping, streamArn, shardId, invocations } = place;
  const [first, last] = [batch[0], batch.at(-1)];
  if (!first || !last) return;
  const range = `${getSequenceNumber(first)} to ${getSequenceNumber(last)}`;
  report(new Error(`${batch.length} records are given up after ${invocations} calls: ${range}.`));
  if (mapping.onFailureArn === undefined) return;
  const toIsoTime = ({ dynamodb }: ChangeRecord) =>
    new Date(dynamodb.ApproximateCreationDateTime * 1000).toISOString();
  const failure = {
    requestContext: {
      requestId: randomUUID(),
      functionArn: `arn:aws:lambda:${region}:${accountId}:function:${functionName}`,
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: invocations,
    },
    responseContext: {
      statusCode: 200,
      executedVersion: '$LATEST',
      functionError: 'Unhandled',
    },
    version: '1.0',
    timestamp: new Date().toISOString(),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: getSequenceNumber(first),
      endSequenceNumber: getSequenceNumber(last),
      approximateArrivalOfFirstRecord: toIsoTime(first),
      approximateArrivalOfLastRecord: toIsoTime(last),
      batchSize: batch.length,
      streamArn,
    },
  };
  await sendToQueue(mapping.onFailureArn, JSON.stringify(failure));
};
