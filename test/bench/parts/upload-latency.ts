import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { makeThumbnailPair, measureCpuMs } from '../support/bare-sharp.ts';
import { type BenchStack, startBenchStack } from '../support/bench-stack.ts';
import { startForked } from '../support/forked.ts';
import { drawnPhoto } from '../support/photo.ts';
import { median, type Part } from '../support/report.ts';
import { openUploadClient, type TargetFor, type UploadClient } from '../support/upload-client.ts';

const max = { thumbnails: 0.8, store: 2 };
const lengths = {
  short: { warmUp: 10, single: 12, rounds: 5, each: 3 },
  full: { warmUp: 20, single: 40, rounds: 10, each: 5 },
};
const clientsAtOnce = 4;

/** How long an upload takes until its response: 202, as soon as the picture is stored and recorded. */
export const uploadLatency: Part = {
  name: 'upload-latency',
  run: async (length) => {
    const { warmUp, single, rounds, each } = lengths[length];
    const photo = await drawnPhoto();
    const bare = () => measureCpuMs(() => makeThumbnailPair(photo), 2);
    const bareParts = await startBareParts();
    const stack = await startBenchStack().catch(async (error: unknown) => {
      await bareParts.stop();
      throw error;
    });
    const open = (targetFor: TargetFor) =>
      Array.from({ length: clientsAtOnce }, () => openUploadClient(targetFor, photo));
    const to = (url: string) => open(() => ({ url, taken: 202 }));
    const toDarkroom = to(`${stack.baseUrl}/api/images`);
    const toStore = to(bareParts.store);
    const throughEndpoint = to(bareParts.endpoint);
    const intoS3 = open(async (sizeBytes) => ({
      ...(await stack.presignPost(sizeBytes)),
      taken: 204,
    }));

    let sent = 0;
    const inDarkroom = async (clients: readonly UploadClient[], count: number) => {
      const took = await uploads(clients, count);
      sent += took.length;
      await idle(stack, sent);
      return took;
    };
    try {
      const first = toDarkroom.slice(0, 1);
      await inDarkroom(first, warmUp);
      await inDarkroom(toDarkroom, 2);
      await inDarkroom(intoS3, 2);
      await uploads(toStore, 5);
      await uploads(throughEndpoint, 5);
      await measureCpuMs(() => makeThumbnailPair(photo), 5);

      const alone: Record<'thumbnails' | 'store' | 'darkroom', number[]> = {
        thumbnails: [],
        store: [],
        darkroom: [],
      };
      for (let nth = 0; nth < single; nth++) {
        alone.thumbnails.push(await bare());
        alone.store.push(...(await uploads(toStore.slice(0, 1), 1)));
        alone.darkroom.push(...(await inDarkroom(first, 1)));
      }
      const together: Record<'store' | 'endpoint' | 'darkroom' | 'presigned', number[][]> = {
        store: [],
        endpoint: [],
        darkroom: [],
        presigned: [],
      };
      for (let round = 0; round < rounds; round++) {
        together.store.push(await uploads(toStore, each));
        together.endpoint.push(await uploads(throughEndpoint, each));
        together.darkroom.push(await inDarkroom(toDarkroom, each));
        together.presigned.push(await inDarkroom(intoS3, each));
      }

      const unit = 'ms';
      const middles = {
        store: together.store.map(median),
        endpoint: together.endpoint.map(median),
        darkroom: together.darkroom.map(median),
        presigned: together.presigned.map(median),
      };
      return {
        title: 'Uploads until they are answered',
        how:
          `Wall time of POST /api/images of one 12-megapixel JPEG of ${(photo.length / 1e6).toFixed(1)} MB, ` +
          'from the first byte sent to the last one read. One client waits until its picture is ' +
          `done; each of ${clientsAtOnce} sends ${each} in a row. The bare store is node:http that ` +
          'writes the same bodies into files; the bare endpoint is one more node:http server in front of it, which ' +
          'names the picture by the SHA-256 of its bytes and forwards it: no record, no queue. ' +
          'Presigned requests a form and posts it to S3: stored, and recorded a moment later.',
        figures: [
          { what: 'bare sharp, 800 and 200 px', values: alone.thumbnails, unit: 'ms CPU' },
          { what: 'one client, bare store', values: alone.store, unit },
          {
            what: 'one client',
            values: alone.darkroom,
            unit,
            against: { what: 'bare sharp', values: alone.thumbnails, atMost: max.thumbnails },
          },
          { what: 'one client, 95 of 100', values: [percentile95(alone.darkroom)], unit },
          { what: 'four clients, bare store', values: middles.store, unit },
          {
            what: 'four clients, bare endpoint in front of it',
            values: middles.endpoint,
            unit,
            against: { what: 'bare store', values: middles.store },
          },
          {
            what: 'four clients',
            values: middles.darkroom,
            unit,
            against: { what: 'bare store', values: middles.store, atMost: max.store },
          },
          {
            what: 'four clients, 95 of 100',
            values: [percentile95(together.darkroom.flat())],
            unit,
            against: { what: 'bare store', values: [percentile95(together.store.flat())] },
          },
          {
            what: 'four clients, presigned',
            values: middles.presigned,
            unit,
            against: { what: 'bare store', values: middles.store },
          },
        ],
      };
    } finally {
      for (const client of [...toDarkroom, ...intoS3, ...toStore, ...throughEndpoint])
        client.close();
      await Promise.all([stack.stop(), bareParts.stop()]);
    }
  },
};

/** Each client sends `each` uploads, one after another. Returns how long each took. */
const uploads = async (clients: readonly UploadClient[], each: number): Promise<number[]> => {
  const took = clients.map(async ({ upload }) => {
    const times: number[] = [];
    for (let nth = 0; nth < each; nth++) times.push(await upload());
    return times;
  });
  return (await Promise.all(took)).flat();
};

const Stats = z.looseObject({ done: z.int(), failed: z.int() });

const idle = async ({ requestData }: BenchStack, sent: number): Promise<void> => {
  for (;;) {
    const { done, failed } = Stats.parse(await requestData('/api/stats'));
    if (failed > 0) throw new Error(`${failed} pictures failed.`);
    await wait(150); // afterwards too: the last messages are deleted when their picture is done
    if (done >= sent) return;
  }
};

const percentile95 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? Number.NaN;

const Started = z.object({ url: z.url() });

/** The bare store, and the bare endpoint in front of it. */
const startBareParts = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-store-'));
  const store = await startForked('bare-store', folder);
  const storeUrl = Started.parse(store.started).url;
  const endpoint = await startForked('bare-endpoint', storeUrl);
  return {
    store: storeUrl,
    endpoint: Started.parse(endpoint.started).url,
    stop: async () => {
      await endpoint.stop();
      await store.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
