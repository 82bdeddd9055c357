import { z } from 'zod';
import { Caption } from './caption.ts';
import type { Counters } from './counters.ts';
import type { RawExif } from './exif.ts';
import { type Image, ImageRenditions, type Status } from './image.ts';

/** Derived objects that some images share, because their bytes are the same. */
export const RenditionSet = z.object({
  ...ImageRenditions.shape,
  /** How many images show it; the last one that goes takes its objects along. */
  refs: z.int(),
  caption: Caption.optional(),
  createdAt: z.iso.datetime(),
});
export type RenditionSet = z.infer<typeof RenditionSet>;

/** What a change of an image means for a content. Happens together with the change, or neither does. */
export type RenditionSetChange =
  /** The first image with these bytes. Fails if another was quicker. */
  | { action: 'create'; renditionSet: Omit<RenditionSet, 'refs'> }
  /** One more image shows it. Fails if it is gone, or another maker's by now. */
  | { action: 'addReference'; renditionSetId: string; owner: string }
  /** One image fewer shows it; `last` if the content goes with it. Fails if `last` has become untrue. */
  | { action: 'releaseReference'; renditionSetId: string; owner: string; last: boolean }
  /** Its caption is known. Never fails: a content that is gone stays so. */
  | { action: 'setCaption'; renditionSetId: string; owner: string; caption: Caption };

/** A page of a list, newest first. It may be short; `cursor` is where the next one begins. */
export type Page = { images: Image[]; cursor: ListPosition | undefined };
/** A place in the list: after this image of that month. */
export type ListPosition = { month: string; after?: string | undefined };

/**
 * A record as it was read, so that a change of it can notice if another was quicker. The version is
 * 1 at first, and one more after each swap.
 */
export type Versioned = { image: Image; version: number };

/** Every image we know of, with its counts. */
export interface Images {
  /** Strongly consistent. Finds deleted images too, while their tombstone stands (a day). */
  find(imageId: string): Promise<Versioned | undefined>;

  /**
   * Writes `after` if the record is still `before` (absent where undefined), adds the difference
   * of their counts to the tallies, and moves a content: all together or nothing. `false` means
   * another was quicker, or the content was not as expected: read again and decide again.
   */
  save(
    before: Versioned | undefined,
    after: Image,
    renditionSetChange?: RenditionSetChange,
  ): Promise<boolean>;

  /** The sum of countsOf over all images, without reading them. */
  counts(): Promise<Counters>;

  /** Images that are not deleted, newest first, of one status or of all. */
  list(query: {
    status?: Status | undefined;
    limit: number;
    from?: ListPosition | undefined;
  }): Promise<Page>;

  /** Unfinished images, and deletions that did not end, listed before `before`; oldest months too. */
  unfinished(before: Date): AsyncIterable<Image>;

  /** Raw tags are kept apart from the record, so that writing the record stays cheap. */
  getRawExif(imageId: string): Promise<RawExif | undefined>;
  putRawExif(imageId: string, rev: number, raw: RawExif): Promise<void>;
  /** Those of this revision or an earlier one: a newer one's may be there by now. */
  deleteRawExif(imageId: string, rev: number): Promise<void>;
}

/** Contents by their id. They change only by `images.swap`. */
export interface RenditionSets {
  find(renditionSetId: string): Promise<RenditionSet | undefined>;
}
