import { type Counters, counterNames, countImage, zeroCounters } from '#lib/images/counters.ts';
import { localTimeTaken, type RawExif } from '#lib/images/exif.ts';
import { attentionOf, Image, statusOf } from '#lib/images/image.ts';
import type {
  Images,
  Order,
  RenditionSet,
  RenditionSetChange,
  RenditionSets,
  Sort,
  Versioned,
} from '#lib/images/images.ts';
import { isStillDue, toStepUpdate, withStepUpdate } from '#lib/images/step-update.ts';

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

  const write = (before: Versioned | undefined, after: Image): Versioned => {
    const image = Image.parse(structuredClone(after));
    const record = { image, version: (before?.version ?? 0) + 1 };
    records.set(after.imageId, record);
    return structuredClone(record);
  };
  for (const image of given) write(undefined, image);
  const all = () => [...records.values()].map(({ image }) => structuredClone(image));

  return {
    renditionSets: inMemoryRenditionSets(renditionSets),
    all,

    find: async (imageId) => structuredClone(records.get(imageId)),

    async begin(imageId, { step, rev, run }, now) {
      const found = records.get(imageId);
      const { image } = found ?? {};
      const pending = image?.steps[step];
      if (!image || image.deleted || image.beganAt || image.rev !== rev)
        return structuredClone(found);
      if (pending?.run !== run || pending.state !== 'pending') return structuredClone(found);
      return write(found, { ...image, beganAt: now.toISOString() });
    },

    correctLists: async () => {}, // its lists are computed from its records

    async save(before, after, renditionSetChange) {
      await undefined; // concurrent calls run here, as during a request
      const found = records.get(after.imageId);
      const saved = toSaved(found, before, after);
      if (
        !saved ||
        (renditionSetChange &&
          !applies(renditionSetChange, renditionSets.get(changedSetId(renditionSetChange))))
      )
        return undefined;
      if (renditionSetChange) apply(renditionSetChange, renditionSets);
      return write(found, saved);
    },

    counts: async () => totalCounts(all()),

    async list({ sort = 'uploaded', status, source, order, from = '', to = '', after, limit }) {
      const fitting = all()
        .map((image) => ({ image, position: position(image, sort) }))
        .filter(
          ({ image, position }) =>
            !image.deleted &&
            position !== undefined &&
            position >= from &&
            position <= `${to}~` &&
            (after === undefined || isBehind(position, after, order)) &&
            (!status || statusOf(image) === status) &&
            (!source || image.source === source),
        )
        .sort((a, b) => (isBehind(a.position ?? '', b.position ?? '', order) ? 1 : -1));
      const page = fitting.slice(0, limit);
      return {
        images: page.map(({ image }) => image),
        cursor: fitting.length > limit ? page.at(-1)?.position : undefined,
      };
    },

    async *unfinished(before) {
      yield* all().filter(
        (image) => attentionOf(image) === 'unfinished' && image.listedAt < before.toISOString(),
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

/** What a save makes of a record; undefined where it is too late. */
const toSaved = (
  found: Versioned | undefined,
  before: Versioned | undefined,
  after: Image,
): Image | undefined => {
  const update = before && toStepUpdate(before.image, after);
  if (!found || !before || !update) return found?.version === before?.version ? after : undefined;
  return isStillDue(found.image, before.image, update)
    ? withStepUpdate(found.image, after, update)
    : undefined;
};

const inMemoryRenditionSets = (sets: Map<string, RenditionSet>): RenditionSets => {
  const leases = new Map<string, Date>();
  return {
    find: async (renditionSetId) => structuredClone(sets.get(renditionSetId)),
    async leaseCaption({ renditionSetId, owner }, { now, until }) {
      await undefined;
      const set = sets.get(renditionSetId);
      if (set?.owner !== owner) return { gone: true };
      if (set.caption) return { caption: set.caption };
      const heldUntil = leases.get(renditionSetId);
      if (heldUntil && heldUntil > now) return { heldUntil };
      leases.set(renditionSetId, until);
      return { acquired: true };
    },
    async releaseCaption({ renditionSetId, owner }, caption) {
      const set = sets.get(renditionSetId);
      if (set?.owner !== owner) return;
      leases.delete(renditionSetId);
      if (caption) set.caption = structuredClone(caption);
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

const isBehind = (one: string, other: string, order: Order = 'desc') =>
  order === 'asc' ? one > other : one < other;

const position = ({ listedAt, exif, imageId }: Image, sort: Sort) => {
  const time = sort === 'uploaded' ? listedAt : localTimeTaken(exif);
  return time && `${time}#${imageId}`;
};

const changedSetId = (renditionSetChange: RenditionSetChange) =>
  renditionSetChange.action === 'create'
    ? renditionSetChange.renditionSet.renditionSetId
    : renditionSetChange.renditionSetId;

const applies = (
  renditionSetChange: RenditionSetChange,
  renditionSet: RenditionSet | undefined,
): boolean => {
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
};
