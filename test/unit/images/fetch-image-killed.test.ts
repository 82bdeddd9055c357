import { describe, expect, it } from 'vitest';
import { fetchImage } from '#lib/images/fetch-image.ts';
import { statusOf } from '#lib/images/image.ts';
import { requestFetch } from '#lib/images/request-fetch.ts';
import { appHarness } from '#test/support/app-harness.ts';
import { Killed, killableProcess } from '#test/support/killable-process.ts';

/** The pipeline with one image by URL, whose worker is killed after so many writes. */
const killedHarness = async (writes: number, { deletedWhileFetched = false } = {}) => {
  const app = appHarness();
  const process = killableProcess();
  const { writing } = process;
  const { images, originals } = app.deps;
  const stored: string[] = [];
  const deps = {
    ...app.deps,
    images: { ...images, save: writing(images.save) },
    originals: {
      ...originals,
      remove: writing(originals.remove),
      write: writing<Parameters<typeof originals.write>, string>((key, ...rest) => {
        stored.push(key);
        return originals.write(key, ...rest);
      }),
    },
    fetchPicture: async (finalUrl: string) => {
      if (deletedWhileFetched && (await images.find(imageId))?.image.deleted === undefined)
        await app.remove(imageId);
      return {
        ok: true,
        bytes: Buffer.from('a picture'),
        contentType: 'image/jpeg',
        finalUrl,
      } as const;
    },
  };
  const url = 'https://a.example/a.jpg';
  const { imageId } = await requestFetch({ uploadId: 'one', requestId: 'r', url }, app.deps);
  const [message] = app.deps.fetchQueue.messages;
  if (!message) throw new Error('Nothing was enqueued.');

  process.killAfter(writes);
  for (let attempts = 1; attempts <= 2; attempts++)
    try {
      await fetchImage(message, { attempts }, deps);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      process.restart();
    }
  for (const key of stored) await app.register(key);
  await app.finish();
  return { app, imageId, wasKilled: process.wasKilled() };
};

describe('a worker that is killed at any write while it fetches a picture', () => {
  it('leaves one image, which is done', async () => {
    for (let writes = 0, again = true; again; writes++) {
      const { app, imageId, wasKilled } = await killedHarness(writes);

      expect(statusOf(await app.image(imageId)), `write ${writes}`).toBe('done');
      expect(await app.deps.images.counts()).toMatchObject({ total: 1, done: 1 });
      expect(app.deps.originals.keys()).toHaveLength(1);
      again = wasKilled;
    }
  });

  it('leaves nothing of an image that was deleted meanwhile', async () => {
    for (let writes = 0, again = true; again; writes++) {
      const { app, imageId, wasKilled } = await killedHarness(writes, {
        deletedWhileFetched: true,
      });

      await expect(app.image(imageId), `write ${writes}`).rejects.toThrow('Image not found');
      expect(app.deps.originals.keys()).toEqual([]);
      expect(await app.deps.images.counts()).toMatchObject({ total: 0 });
      again = wasKilled;
    }
  });
});
