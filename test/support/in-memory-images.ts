import {
  type Counters,
  counterDeltas,
  counterNames,
  countImage,
  zeroCounters,
} from '#lib/images/counters.ts';
import type { RawExif } from '#lib/images/exif.ts';
import { Image, indexedStatus, type Status, statusOf } from '#lib/images/image.ts';
import type {
  Images,
  ListPosition,
  RenditionSet,
  RenditionSetChange,
  RenditionSets,
  Versioned,
} from '#lib/images/images.ts';

type InMemoryImages = Images & {
  renditionSets: RenditionSets;
  /** Everything there is, tombstones too. */
  all(): Image[];
  /** What project-changes would have counted. */
  counts(): Promise<Counters>;
};

/** Images with their counters and rendition sets, with the behaviour of the DynamoDB adapters. */
export const inMemoryImages = (...given: Image[]): InMemoryImages => {
  const records = new Map<string, Versioned>();
  const renditionSets = new Map<string, RenditionSet>();
  const rawExif = new Map<string, { rev: number; raw: RawExif }>();
  let counts = zeroCounters;

  const write = (before: Versioned | undefined, after: Image) => {
    const difference = counterDeltas(before?.image, after);
    counts = { ...counts };
    for (const name of counterNames) counts[name] += difference[name] ?? 0;
    const image = Image.parse(structuredClone(after));
    records.set(after.imageId, { image, version: (before?.version ?? 0) + 1 });
  };
  for (const image of given) write(undefined, image);

  const listed = (fits: (image: Image) => boolean) =>
    [...records.values()]
      .map(({ image }) => structuredClone(image))
      .filter(fits)
      .sort((a, b) => (position(a) < position(b) ? 1 : -1));

  return {
    renditionSets: {
      find: async (renditionSetId) => structuredClone(renditionSets.get(renditionSetId)),
    },
    all: () => [...records.values()].map(({ image }) => structuredClone(image)),

    find: async (imageId) => structuredClone(records.get(imageId)),

    async save(before, after, renditionSetChange) {
      await undefined; // concurrent calls run here, as during a request
      if (records.get(after.imageId)?.version !== before?.version) return false;
      if (
        renditionSetChange &&
        !applies(renditionSetChange, renditionSets.get(changedSetId(renditionSetChange)))
      )
        return false;
      const found = records.get(after.imageId);
      write(found, after);
      if (renditionSetChange) apply(renditionSetChange, renditionSets);
      return true;
    },

    counts: async () => ({ ...counts }),

    async list({ status, limit, from }) {
      const start = from && (from.after ?? `${from.month}~`);
      const fitting = listed(
        (image) =>
          !image.deleted &&
          (!status || statusOf(image) === status) &&
          (!start || position(image) < start),
      );
      const images = fitting.slice(0, limit);
      const last = images.at(-1);
      return { images, cursor: last && fitting.length > limit ? cursorAfter(last) : undefined };
    },

    async *unfinished(before) {
      const standings = new Set<Status | 'deleting' | 'gone'>(['queued', 'processing', 'deleting']);
      yield* listed(
        (image) => standings.has(indexedStatus(image)) && image.listedAt < before.toISOString(),
      );
    },

    getRawExif: async (imageId) => structuredClone(rawExif.get(imageId)?.raw),
    async putRawExif(imageId, rev, raw) {
      if ((rawExif.get(imageId)?.rev ?? 0) <= rev)
        rawExif.set(imageId, { rev, raw: structuredClone(raw) });
    },
    async deleteRawExif(imageId, rev) {
      if ((rawExif.get(imageId)?.rev ?? 0) <= rev) rawExif.delete(imageId);
    },
  };
};

/** The total that the counters must always equal. */
export const totalCounts = (images: readonly Image[]) => {
  const sum = { ...zeroCounters };
  for (const image of images) {
    const counts = countImage(image);
    for (const name of counterNames) sum[name] += counts[name];
  }
  return sum;
};

const position = ({ listedAt, imageId }: Image) => `${listedAt}#${imageId}`;

const cursorAfter = (image: Image): ListPosition => ({
  month: image.listedAt.slice(0, 7),
  after: position(image),
});

const changedSetId = (renditionSetChange: RenditionSetChange) =>
  renditionSetChange.action === 'create'
    ? renditionSetChange.renditionSet.renditionSetId
    : renditionSetChange.renditionSetId;

const applies = (
  renditionSetChange: RenditionSetChange,
  renditionSet: RenditionSet | undefined,
): boolean => {
  if (renditionSetChange.action === 'setCaption') return true;
  if (renditionSetChange.action === 'create') return !renditionSet;
  if (renditionSet?.owner !== renditionSetChange.owner) return false;
  return (
    renditionSetChange.action === 'addReference' ||
    (renditionSet.refs === 1) === renditionSetChange.last
  );
};

const apply = (
  renditionSetChange: RenditionSetChange,
  renditionSets: Map<string, RenditionSet>,
): void => {
  const renditionSet = renditionSets.get(changedSetId(renditionSetChange));
  if (renditionSetChange.action === 'create')
    renditionSets.set(
      changedSetId(renditionSetChange),
      structuredClone({ ...renditionSetChange.renditionSet, refs: 1 }),
    );
  if (!renditionSet) return;
  if (renditionSetChange.action === 'addReference') renditionSet.refs++;
  if (renditionSetChange.action === 'releaseReference') {
    renditionSet.refs--;
    if (renditionSetChange.last) renditionSets.delete(renditionSetChange.renditionSetId);
  }
  if (renditionSetChange.action === 'setCaption' && renditionSet.owner === renditionSetChange.owner)
    renditionSet.caption = structuredClone(renditionSetChange.caption);
};
