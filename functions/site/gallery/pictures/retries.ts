import { formatCount } from '../parts/format.ts';
import { notify } from '../parts/notices.ts';
import { actOn } from './actions.ts';
import type { Picture } from './collection.ts';
import { pollNow } from './polling.ts';

/** Whether a step failed or was skipped, and the original is there to try it again with. */
export const isRetriable = ({ file_url: fileUrl, steps }: Picture): boolean =>
  fileUrl !== null &&
  Object.values(steps).some(({ state }) => state === 'failed' || state === 'skipped');

/** Retries the failed and skipped steps of these pictures, and says how it went. */
export const retry = async (ids: readonly string[]): Promise<void> => {
  const outcomes = await actOn('retry', ids);
  const refused = outcomes.filter(({ error }) => error !== null);
  const accepted = outcomes.length - refused.length;
  if (accepted > 0) {
    notify(`Retrying ${formatCount(accepted, 'picture')}.`);
    void pollNow();
  }
  const [first] = refused;
  if (first)
    notify(`${formatCount(refused.length, 'picture')} could not be retried: ${first.error}`, {
      isError: true,
    });
};
