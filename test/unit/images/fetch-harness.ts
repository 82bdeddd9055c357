import type { FetchFile } from '#lib/fetch-file.ts';
import { fetchImage, giveUpFetch } from '#lib/images/fetch-image.ts';
import type { Inspect } from '#lib/images/picture.ts';
import { requestFetch } from '#lib/images/request-fetch.ts';
import { appHarness } from '#test/support/app-harness.ts';

const url = 'https://shop.example/photos/My%20Boat.jpg?w=200';
/** The pipeline, and a host whose responses a test chooses. */
export const fetchHarness = ({ inspect }: { inspect?: Inspect } = {}) => {
  const app = appHarness();
  const { deps } = app;
  const host: { fetch: FetchFile } = {
    fetch: async (finalUrl) => ({
      ok: true,
      bytes: Buffer.from('a picture'),
      contentType: 'text/html', // what a server claims does not matter
      finalUrl,
    }),
  };
  const workerDeps = {
    ...deps,
    ...(inspect && { inspect }),
    fetchPicture: (text: string) => host.fetch(text),
  };
  const work = (attempts = 1, message = deps.fetchQueue.messages.shift()) =>
    message
      ? fetchImage(message, { attempts }, workerDeps)
      : Promise.reject(new Error('No message.'));
  return {
    ...app,
    host,
    request: (uploadId = 'an-upload') =>
      requestFetch({ uploadId, requestId: 'a-request', url }, deps),
    /** Delivers the oldest message of the queue, or this one. */
    fetch: work,
    giveUp: async () => {
      const message = deps.fetchQueue.messages.shift();
      if (message) await giveUpFetch(message, { reason: 'The table was down.' }, deps);
    },
    originals: () => deps.originals.keys(),
  };
};
