import { Problem } from '#lib/problem.ts';
import { type Batch, failedRowsKey, hasEnded, resultsKey } from './batch.ts';

/** The key of a batch's results. Throws a Problem where there are none, or not yet. */
export const findResults = (batch: Batch, { onlyErrors }: { onlyErrors: boolean }): string => {
  const { work, requestId } = batch;
  if (work.state === 'refused')
    throw new Problem('not-found', `There are no results: ${work.reason}`);
  if (!hasEnded(batch))
    throw new Problem('conflict', 'The batch is not finished yet. Try again when it is.', 2);
  return onlyErrors ? failedRowsKey(requestId) : resultsKey(requestId);
};
