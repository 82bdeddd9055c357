import { request, toMessage } from '../parts/api.ts';
import { formatCount } from '../parts/format.ts';
import { notify } from '../parts/notices.ts';
import type { Picture } from './collection.ts';
import { pictures } from './pictures.ts';
import { pollSoon } from './polling.ts';

const maxConcurrent = 4;

/** Whether a step failed or was skipped, and the original is there to try it again with. */
export const isRetriable = ({ file_url: fileUrl, steps }: Picture): boolean =>
  fileUrl !== null &&
  Object.values(steps).some(({ state }) => state === 'failed' || state === 'skipped');

/** Retries the failed and skipped steps of these pictures, a few at a time, and says how it went. */
export const retry = async (ids: readonly string[]): Promise<void> => {
  const waiting = [...ids];
  let accepted = 0;
  let failure: unknown;
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        const { data } = await request<Picture>(`api/images/${id}/retry`, { method: 'POST' });
        pictures.update(data);
        accepted++;
      } catch (error) {
        failure = error;
      }
    }
  };
  await Promise.all(Array.from({ length: maxConcurrent }, work));
  if (accepted > 0) {
    notify(`Retrying ${formatCount(accepted, 'picture')}.`);
    pollSoon();
  }
  const refused = ids.length - accepted;
  if (refused > 0)
    notify(`${formatCount(refused, 'picture')} could not be retried: ${toMessage(failure)}`, {
      isError: true,
    });
};
