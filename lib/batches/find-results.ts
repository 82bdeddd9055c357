import { Problem } from '#lib/problem.ts';
import { type Batch, failedRowsKey, hasEnded, resultsKey } from './batch.ts';

/** The key of a batch's results. Throws a Problem where there are none, or not yet. */
export const findResults = (batch: Batch, { onlyErrors }: { onlyErrors: boolean }): string => {
  const { work, requestId } = batch;
  if (work.state === 'refused')
    throw new Problem('results_not_found', `There are no results: ${work.reason}`);
  if (!hasEnded(batch))
    throw new Problem(
      'batch_not_finished',
      'The batch is not finished yet. Try again when it is.',
      {
        retryAfterSeconds: 2,
      },
    );
  return onlyErrors ? failedRowsKey(requestId) : resultsKey(requestId);
};
