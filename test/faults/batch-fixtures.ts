import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { startFetchOrigin } from '#test/support/fetch-origin.ts';

/** The expected outcome of a row's URL. A broken picture becomes a failed image. */
export type Ending = 'completed' | 'never fetched' | 'broken';

export type GivenUrl = { url: string; ending: Ending };
export type GivenRow = { serialNumber: string; productName: string; urls: GivenUrl[] };

const differentPictures = 24; // many rows show the same one, as products do

/** An origin of small pictures; a few of its URLs fail, and one is busy at first. */
export const startSmallOrigin = async () => {
  const pictures: Record<string, Uint8Array> = {};
  for (let n = 0; n < differentPictures; n++)
    pictures[`/${n}.jpg`] = await drawnJpeg({ width: 160, height: 120, seed: 700 + n });
  const whole = await drawnJpeg({ width: 160, height: 120, seed: 699 });
  pictures['/broken.jpg'] = whole.subarray(0, Math.floor(whole.length / 2));
  return startFetchOrigin({ pictures });
};

/** Rows of one URL, every tenth of three. Each URL is there once, so that each ending is its own;
 * another `batch` has others. */
export const givenRows = (count: number, origin: string, batch = 1): GivenRow[] =>
  Array.from({ length: count }, (_, at) => {
    const number = at + 1;
    return {
      serialNumber: String(number),
      productName: `Product ${number}`,
      urls: Array.from({ length: number % 10 === 0 ? 3 : 1 }, (_, nth) =>
        givenUrl(origin, { batch, number, nth }),
      ),
    };
  });

type Place = { batch: number; number: number; nth: number };

const givenUrl = (origin: string, { batch, number, nth }: Place): GivenUrl => {
  const place = `batch=${batch}&row=${number}&nth=${nth}`;
  if (nth === 0 && number % 25 === 3)
    return { url: `${origin}/status/404?${place}`, ending: 'never fetched' };
  if (nth === 0 && number % 40 === 7)
    return { url: `${origin}/broken.jpg?${place}`, ending: 'broken' };
  // Busy for the first request only: the fourth delivery is the last that retries it, and each killed
  // worker costs every message of its SQS batch one delivery.
  if (nth === 0 && number % 100 === 11)
    return { url: `${origin}/status/503/${batch}-${number}?times=1&${place}`, ending: 'completed' };
  const picture = (number * 7 + nth) % differentPictures;
  return { url: `${origin}/${picture}.jpg?${place}`, ending: 'completed' };
};

export const createCsv = (rows: readonly GivenRow[]): string =>
  [
    'S. No.,Product Name,Input Image Urls',
    ...rows.map(
      ({ serialNumber, productName, urls }) =>
        `${serialNumber},${productName},"${urls.map(({ url }) => url).join(',')}"`,
    ),
  ].join('\r\n');

export const countImages = (rows: readonly GivenRow[], ending?: Ending): number =>
  rows.flatMap(({ urls }) => urls).filter((given) => !ending || given.ending === ending).length;
