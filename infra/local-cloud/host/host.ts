import { openCheckpoints } from '../lambda/checkpoints.ts';
import { type Mapping, type Running, startEventSource } from '../lambda/event-source.ts';
import type { LocalFunction } from '../lambda/invoke.ts';
import { forked } from '../lambda/invoke-forked.ts';
import { inProcess } from '../lambda/invoke-in-process.ts';
import { every, parseRateMs, scheduledEvent } from '../lambda/schedules.ts';
import { openSqsPoller } from '../lambda/sqs-poller.ts';
import type { StreamMapping } from '../lambda/stream-event.ts';
import {
  type RunningStream,
  type StreamTools,
  startStreamSource,
} from '../lambda/stream-source.ts';
import { openAws } from '../template/call-aws.ts';
import type { HostOptions } from './host-messages.ts';

export type HostedFunction = {
  local: LocalFunction;
  mappings: readonly Mapping[];
  streams: readonly StreamMapping[];
  schedules: readonly { rates: readonly string[]; input: unknown }[];
};

/** Everything that wakes a function other than HTTP. */
export type Host = {
  /** Loads every function. Rejects with a sentence that names the one that could not be. */
  warm(): Promise<void>;
  start(): void;
  /** There are new records in the stream of this table. */
  wakeStreams(table: string): void;
  stop(): Promise<void>;
};

// For messages in progress when the stack stops; the rest becomes visible again.
const shutdownTimeoutMs = 3000;

/** `onPids` receives the process ids of forked workers whenever they change. */
export const startHost = (
  functions: readonly HostedFunction[],
  options: Omit<HostOptions, 'port' | 'buildFolder'>,
  onPids: (pids: number[]) => void,
): Host => {
  const { region, workers } = options;
  const sqs = openSqsPoller(options.sqsUrl);
  const hasStreams = functions.some(({ streams }) => streams.length > 0);
  const startStream = hasStreams ? openStreams(options) : undefined;
  const pids = new Set<number>();
  const known = {
    add: (pid: number) => onPids([...pids.add(pid)]),
    remove: (pid: number) => pids.delete(pid) && onPids([...pids]),
  };

  const hosted = functions.map((fn) => {
    const isWorker = fn.mappings.length + fn.streams.length > 0;
    const invoker =
      isWorker && workers === 'forked'
        ? forked(fn.local, region, known)
        : inProcess(fn.local, region);
    return { ...fn, invoker };
  });
  const sources: Running[] = [];
  const streamSources: { arn: string; source: RunningStream }[] = [];
  const clocks: { stop(): void }[] = [];

  const start = () => {
    for (const { local, mappings, streams, schedules, invoker } of hosted) {
      const report = (error: unknown) => logFailure(local.key, error);
      for (const mapping of mappings)
        sources.push(startEventSource(mapping, { sqs, region, invoke: invoker.invoke, report }));
      for (const mapping of streams) {
        const source = startStream?.start(mapping, local.name, { ...invoker, report });
        if (source) streamSources.push({ arn: mapping.streamArn, source });
      }
      for (const { rates, input } of schedules) {
        for (const rate of rates) {
          const intervalMs = parseRateMs(rate);
          if (intervalMs === undefined) {
            report(new Error(`The embedded stack knows rate(…) only, so ${rate} never happens.`));
            continue;
          }
          const call = async () => {
            const event = input ?? scheduledEvent(region, new Date());
            await invoker.invoke(event).catch(report);
          };
          clocks.push(every(intervalMs, call));
        }
      }
    }
  };

  return {
    start,
    warm: async () => {
      await Promise.all(
        hosted.map(({ local, invoker }) =>
          invoker.warm().catch((error: unknown) => {
            const reason = error instanceof Error ? error.message : String(error);
            throw new Error(`The function ${local.key} could not be loaded:\n${reason}`);
          }),
        ),
      );
    },
    wakeStreams: (table) => {
      for (const { arn, source } of streamSources)
        if (arn.includes(`:table/${table}/`)) source.wake();
    },
    stop: async () => {
      for (const clock of clocks) clock.stop();
      const all = [...sources, ...streamSources.map(({ source }) => source)];
      await Promise.all(all.map((source) => source.stop(shutdownTimeoutMs)));
      startStream?.close();
      await Promise.all(hosted.map(({ invoker }) => invoker.stop()));
      await sqs.close();
    },
  };
};

/** What all readers of streams share. */
const openStreams = ({
  region,
  accountId,
  sqsUrl,
  dynamodbUrl,
  checkpointFile,
  streamPollMs: pollMs,
}: Omit<HostOptions, 'port' | 'buildFolder'>) => {
  const checkpoints = openCheckpoints(checkpointFile);
  const dynamodb = openAws(dynamodbUrl, { region });
  const sqs = openAws(sqsUrl, { region });
  const sendToQueue = async (queueArn: string, MessageBody: string) => {
    const [account, name] = queueArn.split(':').slice(-2);
    await sqs('AmazonSQS.SendMessage', { QueueUrl: `${sqsUrl}/${account}/${name}`, MessageBody });
  };
  const shared = { region, accountId, dynamodb, checkpoints, sendToQueue, pollMs };
  return {
    start: (
      mapping: StreamMapping,
      functionName: string,
      { invoke, report }: Pick<StreamTools, 'invoke' | 'report'>,
    ) => startStreamSource(mapping, { ...shared, functionName, invoke, report }),
    close: checkpoints.close,
  };
};

/** A line as the functions' own logger writes them. */
const logFailure = (functionName: string, error: unknown): void => {
  const line = {
    level: 'ERROR',
    message: 'invocation failed',
    timestamp: new Date().toISOString(),
    function_name: functionName,
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
