import { countNames, countsOf, differenceOf, noCounts } from '#lib/images/counters.ts';
import type { RawExif } from '#lib/images/exif.ts';
import { Image, type Status, statusOf } from '#lib/images/image.ts';
import type {
  Content,
  ContentMove,
  Contents,
  Images,
  Place,
  Versioned,
} from '#lib/images/images.ts';

type InMemoryImages = Images & {
  contents: Contents;
  /** Everything there is, tombstones too. */
  all(): Image[];
};

/** Images with their counts and contents, as the DynamoDB adapters keep them. */
export const inMemoryImages = (...given: Image[]): InMemoryImages => {
  const records = new Map<string, Versioned>();
  const contents = new Map<string, Content>();
  const rawExif = new Map<string, { rev: number; raw: RawExif }>();
  let counts = noCounts;

  const write = (before: Versioned | undefined, after: Image) => {
    const difference = differenceOf(before?.image, after);
    counts = { ...counts };
    for (const name of countNames) counts[name] += difference[name] ?? 0;
    const image = Image.parse(structuredClone(after));
    records.set(after.imageId, { image, version: (before?.version ?? 0) + 1 });
  };
  for (const image of given) write(undefined, image);

  const listed = (fits: (image: Image) => boolean) =>
    [...records.values()]
      .map(({ image }) => structuredClone(image))
      .filter(fits)
      .sort((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));

  return {
    contents: { find: async (contentId) => structuredClone(contents.get(contentId)) },
    all: () => [...records.values()].map(({ image }) => structuredClone(image)),

    find: async (imageId) => structuredClone(records.get(imageId)),

    async swap(before, after, move) {
      await undefined; // others get their turn here, as they do while a request is on its way
      if (records.get(after.imageId)?.version !== before?.version) return false;
      if (move && !applies(move, contents.get(idOf(move)))) return false;
      const found = records.get(after.imageId);
      write(found, after);
      if (move) apply(move, contents);
      return true;
    },

    counts: async () => ({ ...counts }),

    async list({ status, limit, from }) {
      const start = from && (from.after ?? `${from.month}~`);
      const fitting = listed(
        (image) =>
          !image.deleted &&
          (!status || statusOf(image) === status) &&
          (!start || placeOf(image) < start),
      );
      const images = fitting.slice(0, limit);
      const last = images.at(-1);
      return { images, cursor: last && fitting.length > limit ? cursorAfter(last) : undefined };
    },

    async *unfinished(before) {
      const standings = new Set<Status | 'deleting' | 'gone'>(['queued', 'processing', 'deleting']);
      yield* listed(
        (image) =>
          standings.has(image.deleted ?? statusOf(image)) && image.listedAt < before.toISOString(),
      );
    },

    findRawExif: async (imageId) => structuredClone(rawExif.get(imageId)?.raw),
    async keepRawExif(imageId, rev, raw) {
      if ((rawExif.get(imageId)?.rev ?? 0) <= rev)
        rawExif.set(imageId, { rev, raw: structuredClone(raw) });
    },
    async forgetRawExif(imageId, rev) {
      if ((rawExif.get(imageId)?.rev ?? 0) <= rev) rawExif.delete(imageId);
    },
  };
};

/** The sum that tallies must always be equal to. */
export const sumOfCounts = (images: readonly Image[]) => {
  const sum = { ...noCounts };
  for (const image of images) {
    const counts = countsOf(image);
    for (const name of countNames) sum[name] += counts[name];
  }
  return sum;
};

const placeOf = ({ listedAt, imageId }: Image) => `${listedAt}#${imageId}`;

const cursorAfter = (image: Image): Place => ({
  month: image.listedAt.slice(0, 7),
  after: placeOf(image),
});

const idOf = (move: ContentMove) =>
  move.move === 'create' ? move.content.contentId : move.contentId;

const applies = (move: ContentMove, content: Content | undefined): boolean => {
  if (move.move === 'caption') return true;
  if (move.move === 'create') return !content;
  if (content?.maker !== move.maker) return false;
  return move.move === 'claim' || (content.refs === 1) === move.last;
};

const apply = (move: ContentMove, contents: Map<string, Content>): void => {
  const content = contents.get(idOf(move));
  if (move.move === 'create')
    contents.set(idOf(move), structuredClone({ ...move.content, refs: 1 }));
  if (!content) return;
  if (move.move === 'claim') content.refs++;
  if (move.move === 'release') {
    content.refs--;
    if (move.last) contents.delete(move.contentId);
  }
  if (move.move === 'caption' && content.maker === move.maker)
    content.caption = structuredClone(move.caption);
};
