import { localTimeTaken } from '#lib/images/exif.ts';
import { attentionOf, type Image } from '#lib/images/image.ts';

/**
 * Each index has so many partition keys, so that none takes more than an eighth of the writes: a
 * partition takes 1000 write units a second. Another number needs all records to be written anew.
 */
const shardCount = 8;
export const shards: readonly string[] = Array.from({ length: shardCount }, (_, n) => String(n));

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** Of an image's id, so much as tells images of one moment apart. */
const idLength = 8;

/**
 * The shard of an image: three bits of its id, which is the start of a hash in base32. They are not of
 * the part by which images of one moment are ordered, or a page of these would be in a single shard.
 */
const shardFor = (imageId: string): string =>
  String(alphabet.indexOf(imageId.charAt(idLength)) & (shardCount - 1));

/** The attributes by which the indexes of infra/tables.yml find an item; each absent where it is in none. */
export type IndexAttributes = {
  shard?: string;
  listed_at: string;
  taken_at?: string;
  status_shard?: string;
};

/**
 * An image that is being deleted has no `shard`, so it is in no list. `status_shard` has the images
 * that are unfinished or failed only: most are done, and cost that index nothing.
 */
export const toIndexAttributes = (image: Image): IndexAttributes => {
  const shard = shardFor(image.imageId);
  const taken = takenPosition(image);
  const attention = attentionOf(image);
  return {
    ...(!image.deleted && { shard }),
    listed_at: uploadedPosition(image),
    ...(taken && !image.deleted && { taken_at: taken }),
    ...(attention && { status_shard: statusShard(attention, shard) }),
  };
};

export const statusShard = (attention: 'unfinished' | 'failed', shard: string): string =>
  `${attention}#${shard}`;

/** `<ISO time>#<start of the image id>`, always with milliseconds, so that text sorts as time. */
export const uploadedPosition = ({ listedAt, imageId }: Pick<Image, 'listedAt' | 'imageId'>) =>
  `${new Date(listedAt).toISOString()}#${imageId.slice(0, idLength)}`;

/** `<local time>#<start of the image id>`; undefined where that time is unknown. */
export const takenPosition = ({ exif, imageId }: Pick<Image, 'exif' | 'imageId'>) => {
  const time = localTimeTaken(exif);
  return time && `${time}#${imageId.slice(0, idLength)}`;
};
