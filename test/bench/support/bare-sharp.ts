import sharp from 'sharp';

sharp.cache(false);
sharp.concurrency(1);

const jpeg = { quality: 80 };
const inside = (side: number) => ({ width: side, height: side, fit: 'inside' as const });

/**
 * The three files of a row with sharp and nothing else: medium and small of one decode that shrinks
 * on load, optimized straight from decoder to encoder. The cheapest way that we know; one decode
 * for all three takes an eighth more.
 */
export const makeThreeFiles = async (photo: Uint8Array): Promise<Uint8Array[]> => {
  const optimized = sharp(photo).autoOrient().jpeg(jpeg).toBuffer();
  return Promise.all([optimized, makeThumbnailPair(photo)]).then((files) => files.flat());
};

/** What `npm start` makes by default, 800 and 200 pixels, with sharp and nothing else: one decode. */
export const makeThumbnailPair = async (photo: Uint8Array): Promise<Uint8Array[]> => {
  const { data, info } = await sharp(photo)
    .autoOrient()
    .resize(inside(800))
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  return Promise.all([
    sharp(data, { raw }).jpeg(jpeg).toBuffer(),
    sharp(data, { raw }).resize(inside(200)).jpeg(jpeg).toBuffer(),
  ]);
};

/** Milliseconds of CPU, user and system, of all threads of this process, for each of `runs`. */
export const measureCpuMs = async (work: () => Promise<unknown>, runs: number): Promise<number> => {
  const before = process.cpuUsage();
  for (let run = 0; run < runs; run++) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / runs;
};
