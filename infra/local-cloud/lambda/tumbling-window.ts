import { z } from 'zod';
import { type ChangeRecord, toEventRecord } from './stream-event.ts';

type Shard = { streamArn: string; shardId: string };
/** Seconds since 1970. */
type Span = { start: number; end: number };

const Answer = z.object({ state: z.record(z.string(), z.unknown()) });

export type TumblingWindow = ReturnType<typeof openTumblingWindow>;

/**
 * A function's view of a shard where its event source has a tumbling window: records come with the shard,
 * the window that they are in, and the state that the last call in it returned (Lambda Developer Guide,
 * "Tumbling windows for stateful aggregations"). What is missing here: there is no call at the end of a
 * window, and a state is lost when the process ends.
 */
export const openTumblingWindow = (seconds: number, { streamArn, shardId }: Shard) => {
  let current: Span = { start: 0, end: 0 };
  let state: Record<string, unknown> = {};

  const findSpan = ({ dynamodb }: ChangeRecord): Span => {
    const start = Math.floor(dynamodb.ApproximateCreationDateTime / seconds) * seconds;
    return { start, end: start + seconds };
  };
  const isoTime = (at: number) => new Date(at * 1000).toISOString();

  return {
    /** No batch is in two windows. */
    split: (batch: readonly ChangeRecord[]): ChangeRecord[][] => [
      ...Map.groupBy(batch, (record) => findSpan(record).start).values(),
    ],

    toEvent: (batch: readonly ChangeRecord[]) => {
      const [first] = batch;
      const span = first ? findSpan(first) : current;
      if (span.start !== current.start) [current, state] = [span, {}];
      return {
        Records: batch.map((record) => toEventRecord(record, streamArn)),
        window: { start: isoTime(span.start), end: isoTime(span.end) },
        state,
        shardId,
        eventSourceARN: streamArn,
        isFinalInvokeForWindow: false,
        isWindowTerminatedEarly: false,
      };
    },

    /** Throws where the function did not return a state, as Lambda wants it to. */
    accept: (answer: unknown): void => {
      const parsed = Answer.safeParse(answer);
      if (!parsed.success)
        throw new Error('A function with a tumbling window has to return { state: { … } }.');
      state = parsed.data.state;
    },
  };
};
