import { z } from 'zod';
import { Caption } from './caption.ts';
import type { RawExif } from './exif.ts';
import { type Image, ImageRenditions, type Source, type Status } from './image.ts';
import type { StepName } from './step.ts';

/** The renditions that images with the same bytes share. */
export const RenditionSet = z.object({
  ...ImageRenditions.shape,
  /** How many images refer to it; its objects are deleted with the last of them. */
  refs: z.int(),
  caption: Caption.optional(),
  createdAt: z.iso.datetime(),
});
export type RenditionSet = z.infer<typeof RenditionSet>;

/** Identifies renditions: those of some bytes in some sizes, written for one image. */
export type RenditionSetKey = { renditionSetId: string; owner: string };

/** A change of a rendition set that is saved together with its image, or not at all. */
export type RenditionSetChange =
  /** For the first image with these bytes. Fails if the set exists. */
  | { action: 'create'; renditionSet: Omit<RenditionSet, 'refs'> }
  /** One more image refers to it. Fails if it is gone, or has another owner. */
  | { action: 'addReference'; renditionSetId: string; owner: string }
  /** One image fewer refers to it; `last` if the set is deleted with it. Fails if `last` is not true any more. */
  | { action: 'releaseReference'; renditionSetId: string; owner: string; last: boolean };

/** By when images were uploaded, or by when they were taken: then only those of which that is known. */
export const sorts = ['uploaded', 'taken'] as const;
export type Sort = (typeof sorts)[number];

export const orders = ['desc', 'asc'] as const;
export type Order = (typeof orders)[number];

export type ListQuery = {
  limit: number;
  /** `uploaded` by default. */
  sort?: Sort | undefined;
  /** `desc` by default: newest first. */
  order?: Order | undefined;
  status?: Status | undefined;
  source?: Source | undefined;
  /**
   * The first and the last time, both included, as text like `2026-11-21T09:30:00.000Z`: of uploads in
   * UTC, of pictures taken by the local clock. `to` includes every time that it begins: `2026-11-21`
   * is all of that day.
   */
  from?: string | undefined;
  to?: string | undefined;
  /** A page's cursor: the list goes on behind it. */
  after?: string | undefined;
};

/** A page of a list. It may be short; `cursor` is where the next one begins. */
export type Page = { images: Image[]; cursor: string | undefined };

/** A record as it was read, for the optimistic lock. The version is 1 at first, and one more after each save. */
export type Versioned = {
  image: Image;
  version: number;
  /** Stored in the layout of an earlier release: the next save writes all of it. */
  isOutdated?: true;
};

/** The run of a step that a message requests. */
export type StepRun = { step: StepName; rev: number; run: number };

/** The images. Their counters follow from their changes (lib/events). */
export interface Images {
  /** Strongly consistent. Finds deleted images too, while their tombstone exists (a day). */
  find(imageId: string): Promise<Versioned | undefined>;

  /**
   * Finds an image like `find`, and marks it as being processed in the same request, if nothing has
   * begun and this run of the step is pending.
   */
  begin(imageId: string, run: StepRun, now: Date): Promise<Versioned | undefined>;

  /**
   * Writes `after` if the record is still `before` (absent where undefined), and changes a rendition
   * set: together or not at all. What a worker changes (step-update.ts) is written if only those steps
   * are still as they were read. Returns the record as it then is, with what other workers have
   * changed; undefined if the record or the set is another by now: read and decide again.
   */
  save(
    before: Versioned | undefined,
    after: Image,
    renditionSetChange?: RenditionSetChange,
  ): Promise<Versioned | undefined>;

  /**
   * Corrects by what an image that has ended is found in lists, if the worker that ended its last step
   * was killed before it could.
   */
  correctLists(record: Versioned): Promise<void>;

  /** Images that are not deleted. */
  list(query: ListQuery): Promise<Page>;

  /** Unfinished images, and deletions that did not end, listed before `before`, however old. */
  unfinished(before: Date): AsyncIterable<Image>;

  /** Raw tags are stored apart from the record, so that writing the record stays cheap. */
  getRawExif(imageId: string): Promise<RawExif | undefined>;
  putRawExif(imageId: string, rev: number, raw: RawExif): Promise<void>;
  /** Deletes those of this revision or an earlier one; a newer one's stay. */
  deleteRawExif(imageId: string, rev: number): Promise<void>;
}

/** What asking for the right to describe a set comes to. */
export type CaptionLease =
  /** Described before: nothing is left to pay for. */
  | { caption: Caption }
  /** The caller may have it described; others may not until the lease ends, or is released. */
  | { acquired: true }
  /** Another worker may be having it described. */
  | { heldUntil: Date }
  /** There is no such set any more. */
  | { gone: true };

/** Rendition sets by id. References to them change only by `images.save`. */
export interface RenditionSets {
  find(renditionSetId: string): Promise<RenditionSet | undefined>;

  /** Acquires the right to have a set described, until then. One of many concurrent callers gets it. */
  leaseCaption(set: RenditionSetKey, lease: { now: Date; until: Date }): Promise<CaptionLease>;
  /** Releases the lease, with the caption where there is one. Never fails: a set that is gone stays so. */
  releaseCaption(set: RenditionSetKey, caption?: Caption): Promise<void>;
}
