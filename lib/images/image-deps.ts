import type { Cdn, Variants } from '#lib/delivery/variants.ts';
import type { Captioning } from './caption.ts';
import type { Images, RenditionSets } from './images.ts';
import type { FetchQueue, StepQueues } from './messages.ts';
import type { Objects, PresignedPosts } from './objects.ts';
import type { Size } from './picture.ts';
import type { HasClock } from './timer.ts';

/** The dependencies of the use cases of images; each takes those it needs with `Pick`. */
export type ImageDeps = HasClock & {
  images: Images;
  renditionSets: RenditionSets;
  originals: Objects;
  derived: Objects;
  presignedPosts: PresignedPosts;
  stepQueues: StepQueues;
  fetchQueue: FetchQueue;
  captioning: Captioning;
  variants: Variants;
  cdn: Cdn;
  /** The thumbnails to make of every picture. */
  sizes: readonly Size[];
  /** The largest original, in bytes. */
  uploadMaxBytes: number;
};
