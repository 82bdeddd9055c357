import { createHash } from 'node:crypto';
import { toNotification } from '#infra/local-cloud/emulators/s3/s3-event.ts';
import { imageIdOf } from '#lib/images/image.ts';
import { drawnJpeg, phoneExif } from './drawn-pictures.ts';

/** A small picture to be dropped, with a position in it, so that no tag of it may stay behind. */
export type Dropped = { key: string; imageId: string; bytes: Buffer };

export const aDrop = async (key: string, seed: number, { width = 160, height = 120 } = {}) => ({
  key,
  imageId: imageIdOf(key),
  bytes: await drawnJpeg({ width, height, seed, exif: phoneExif }),
});

/** Different pictures under keys of one folder. */
export const someDrops = (folder: string, count: number, firstSeed: number): Promise<Dropped[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => aDrop(`${folder}/${n}.jpg`, firstSeed + n)));

const atOnce = 8;

/** Runs an action for each, with limited concurrency. */
export const forEachConcurrently = async <T>(
  items: readonly T[],
  work: (single: T) => Promise<unknown>,
): Promise<void> => {
  const left = items.values();
  const next = async () => {
    for (const single of left) await work(single);
  };
  await Promise.all(Array.from({ length: atOnce }, next));
};

// Compared as text, a later event of one key has the greater sequencer.
let events = 0;
const nextSequencer = (at: number) =>
  [at, events++].map((part) => part.toString(16).toUpperCase().padStart(12, '0')).join('');

/** The S3 event that an object was put under a key, as it was sent then. */
export const objectCreatedEvent = ({ key, bytes }: Dropped, now = new Date()): string => {
  const etag = createHash('md5').update(bytes).digest('hex');
  const at = now.getTime();
  const event = {
    name: 'ObjectCreated:Put',
    key,
    sizeBytes: bytes.length,
    etag,
    at,
    sequencer: nextSequencer(at),
  } as const;
  return JSON.stringify(toNotification('darkroom-dev-originals', event, { region: 'us-east-1' }));
};

export const messageFor = (imageId: string, { rev = 1, run = 1 } = {}): string =>
  JSON.stringify({ image_id: imageId, rev, run, request_id: 'again' });
