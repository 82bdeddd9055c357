import { z } from 'zod';
import { Caption } from './caption.ts';
import type { RawExif } from './exif.ts';
import { type Image, ImageRenditions, type Status } from './image.ts';

/** The renditions that images with the same bytes share. */
export const RenditionSet = z.object({
  ...ImageRenditions.shape,
  /** How many images refer to it; its objects are deleted with the last of them. */
  refs: z.int(),
  caption: Caption.optional(),
  createdAt: z.iso.datetime(),
});
export type RenditionSet = z.infer<typeof RenditionSet>;

/** A change of a rendition set that is saved together with its image, or not at all. */
export type RenditionSetChange =
  /** For the first image with these bytes. Fails if the set exists. */
  | { action: 'create'; renditionSet: Omit<RenditionSet, 'refs'> }
  /** One more image refers to it. Fails if it is gone, or has another owner. */
  | { action: 'addReference'; renditionSetId: string; owner: string }
  /** One image fewer refers to it; `last` if the set is deleted with it. Fails if `last` is not true any more. */
  | { action: 'releaseReference'; renditionSetId: string; owner: string; last: boolean }
  /** Stores its caption. Never fails: a set that is gone stays so. */
  | { action: 'setCaption'; renditionSetId: string; owner: string; caption: Caption };

/** A page of a list, newest first. It may be short; `cursor` is where the next one begins. */
export type Page = { images: Image[]; cursor: ListPosition | undefined };
/** A position in the list: after this image of that month. */
export type ListPosition = { month: string; after?: string | undefined };

/** A record as it was read, for the optimistic lock. The version is 1 at first, and one more after each save. */
export type Versioned = { image: Image; version: number };

/** The images. Their counters follow from their changes (lib/events). */
export interface Images {
  /** Strongly consistent. Finds deleted images too, while their tombstone exists (a day). */
  find(imageId: string): Promise<Versioned | undefined>;

  /**
   * Writes `after` if the record is still `before` (absent where undefined), and changes a rendition
   * set: together or not at all. `false` if the record or the
   * set has changed: read and decide again.
   */
  save(
    before: Versioned | undefined,
    after: Image,
    renditionSetChange?: RenditionSetChange,
  ): Promise<boolean>;

  /** Images that are not deleted, newest first, of one status or of all. */
  list(query: {
    status?: Status | undefined;
    limit: number;
    from?: ListPosition | undefined;
  }): Promise<Page>;

  /** Unfinished images, and deletions that did not end, listed before `before`; oldest months too. */
  unfinished(before: Date): AsyncIterable<Image>;

  /** Raw tags are stored apart from the record, so that writing the record stays cheap. */
  getRawExif(imageId: string): Promise<RawExif | undefined>;
  putRawExif(imageId: string, rev: number, raw: RawExif): Promise<void>;
  /** Deletes those of this revision or an earlier one; a newer one's stay. */
  deleteRawExif(imageId: string, rev: number): Promise<void>;
}

/** Rendition sets by id. They change only by `images.save`. */
export interface RenditionSets {
  find(renditionSetId: string): Promise<RenditionSet | undefined>;
}
