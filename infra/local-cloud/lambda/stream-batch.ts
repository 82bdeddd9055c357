import { z } from 'zod';
import { type ChangeRecord, getSequenceNumber, type StreamMapping } from './stream-event.ts';

export type BatchTools = {
  mapping: Pick<
    StreamMapping,
    'bisectBatchOnFunctionError' | 'functionResponseType' | 'maximumRetryAttempts'
  >;
  invoke: (batch: readonly ChangeRecord[]) => Promise<unknown>;
  /** Stores that everything up to this record is done, or given up. */
  checkpoint: (record: ChangeRecord) => void;
  /** Sends what is given up to the destination. If it rejects, the batch is tried again. */
  giveUp: (batch: readonly ChangeRecord[], invocations: number) => Promise<void>;
  report: (error: unknown) => void;
  /** Waits before another attempt; false when everything is to stop. */
  backOff: (attempt: number) => Promise<boolean>;
};

const PartialAnswer = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish() })
  .nullish();

/** From the first record that failed on, everything is retried, to preserve the order. */
const findFirstFailure = (answer: unknown, batch: readonly ChangeRecord[]): number => {
  const parsed = PartialAnswer.safeParse(answer === '' ? undefined : answer);
  if (!parsed.success) return 0;
  const failed = new Set(parsed.data?.batchItemFailures?.map((one) => one.itemIdentifier));
  const known = new Set(batch.map(getSequenceNumber));
  if ([...failed].some((id) => !known.has(id))) return 0;
  const at = batch.findIndex((record) => failed.has(getSequenceNumber(record)));
  return at === -1 ? batch.length : at;
};

/**
 * Has a function handle a batch, until it is done or given up; false when it stopped before. A failed
 * batch is halved where that is wanted, which counts as no attempt, and each half is tried in turn.
 * Lambda Developer Guide, "Using batch processing for DynamoDB Streams" and "Error handling".
 */
export const handleBatch = async (
  batch: readonly ChangeRecord[],
  tools: BatchTools,
  attempts = 0,
): Promise<boolean> => {
  const { mapping, invoke, checkpoint, report } = tools;
  const isPartial = mapping.functionResponseType === 'ReportBatchItemFailures';
  let failedFrom = 0;
  let error: unknown;
  try {
    const answer = await invoke(batch);
    failedFrom = isPartial ? findFirstFailure(answer, batch) : batch.length;
  } catch (thrown) {
    error = thrown;
    report(thrown);
  }
  const lastDone = batch[failedFrom - 1];
  if (lastDone) checkpoint(lastDone);
  const rest = batch.slice(failedFrom);
  if (rest.length === 0) return true;

  if (mapping.bisectBatchOnFunctionError && rest.length > 1 && error !== undefined) {
    const middle = Math.ceil(rest.length / 2);
    return (
      (await handleBatch(rest.slice(0, middle), tools, attempts)) &&
      handleBatch(rest.slice(middle), tools, attempts)
    );
  }
  // What is left of a batch that got on is another one, with attempts of its own.
  return tryAgain(rest, tools, failedFrom > 0 ? 0 : attempts + 1);
};

const tryAgain = async (
  batch: readonly ChangeRecord[],
  tools: BatchTools,
  attempts: number,
): Promise<boolean> => {
  const { maximumRetryAttempts: max } = tools.mapping;
  const last = batch.at(-1);
  if (max >= 0 && attempts > max && last) {
    await tools.giveUp(batch, attempts);
    tools.checkpoint(last);
    return true;
  }
  return (await tools.backOff(attempts)) && handleBatch(batch, tools, attempts);
};
