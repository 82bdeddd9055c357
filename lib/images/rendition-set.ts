import { type Image, type ImageRenditions, ownerOf } from './image.ts';
import type { RenditionSet, RenditionSetChange, RenditionSetKey, RenditionSets } from './images.ts';
import type { Objects } from './objects.ts';
import { contentTypeOf, optimizedSize, type Shrunk, type Size } from './picture.ts';

/** The same bytes made into the same sizes are one set, however many images refer to it. */
export const renditionSetIdFor = (sha256: string, sizes: readonly Size[]): string =>
  `${sha256}/${sizes.map(({ name, longestSide }) => `${name}-${longestSide}`).join('.')}`;

/** The renditions made of an image: thumbnails, and of one from a batch an optimized picture in full size. */
export const sizesFor = (
  { source }: Pick<Image, 'source'>,
  thumbnails: readonly Size[],
): readonly Size[] => (source === 'batch' ? [...thumbnails, optimizedSize] : thumbnails);

/**
 * Key of a rendition in the derived bucket. Predictable, so that a repeat overwrites instead of
 * adding: the key of the optimized one names no format, as that is known only when it is made.
 */
export const renditionKey = ({ renditionSetId, owner }: RenditionSetKey, name: string): string =>
  `${renditionSetId}/${owner}/${name}${name === optimizedSize.name ? '' : '.jpg'}`;

/** The names of a set's sizes, from its id: settings may have changed since. */
export const parseSizeNames = (renditionSetId: string): string[] =>
  (renditionSetId.split('/')[1] ?? '').split('.').map((size) => size.replace(/-\d+$/, ''));

/** Whether it was made in this size, whatever the size of that name is now. */
export const hasSize = (
  { renditionSetId }: { renditionSetId: string },
  { name, longestSide }: Size,
): boolean => (renditionSetId.split('/')[1] ?? '').split('.').includes(`${name}-${longestSide}`);

/** The set of an image whose bytes are new. */
export const newRenditionSet = (
  image: Image,
  renditionSetId: string,
  shrunk: Shrunk,
): Omit<RenditionSet, 'refs'> => ({
  renditionSetId,
  owner: ownerOf(image),
  renditions: shrunk.renditions.map(({ bytes: _, ...rendition }) => rendition),
  placeholder: shrunk.placeholder,
  dominantColor: shrunk.dominantColor,
  createdAt: image.firstUploadAt ?? image.uploadedAt,
});

/** Writes the objects of a set. */
export const putRenditions = async (
  set: RenditionSetKey,
  shrunk: Shrunk,
  { derived }: { derived: Objects },
): Promise<void> => {
  await Promise.all(
    shrunk.renditions.map(({ bytes, ...rendition }) =>
      derived.write(renditionKey(set, rendition.name), bytes, {
        contentType: contentTypeOf(rendition),
      }),
    ),
  );
};

/** What an image stores of the set it refers to. */
export const toImageRenditions = (set: Omit<RenditionSet, 'refs'>): ImageRenditions => {
  const { renditionSetId, owner, renditions, placeholder, dominantColor } = set;
  return { renditionSetId, owner, renditions, placeholder, dominantColor };
};

/**
 * Plans the release of an image's reference: the change of the set, and the orphaned renditions to
 * delete afterwards, those of the set included if this is its last reference.
 */
export const planRelease = async (
  image: Image,
  { renditionSets }: { renditionSets: RenditionSets },
): Promise<{
  renditionSetChange?: RenditionSetChange;
  orphanedRenditions: NonNullable<Image['orphanedRenditions']>;
}> => {
  const orphaned = image.orphanedRenditions ?? [];
  if (!image.renditionSet) return { orphanedRenditions: orphaned };
  const { renditionSetId, owner } = image.renditionSet;
  const set = await renditionSets.find(renditionSetId);
  if (set?.owner !== owner) return { orphanedRenditions: orphaned };
  const last = set.refs === 1;
  return {
    renditionSetChange: { action: 'releaseReference', renditionSetId, owner, last },
    orphanedRenditions: last ? [...orphaned, { renditionSetId, owner }] : orphaned,
  };
};

/** What make-thumbnails may have written for an image if it was killed before it could save. */
export const partialRenditions = (image: Image, thumbnails: readonly Size[]): RenditionSetKey[] => {
  const owner = ownerOf(image);
  return image.sha256 && image.renditionSet?.owner !== owner
    ? [{ renditionSetId: renditionSetIdFor(image.sha256, sizesFor(image, thumbnails)), owner }]
    : [];
};

/**
 * Of these, the ones that no image refers to. An image that is added under a key long after another
 * was deleted there starts at revision 1 again, so it may have the same owner.
 */
export const withoutReferences = async (
  candidates: readonly RenditionSetKey[],
  { renditionSets }: { renditionSets: RenditionSets },
): Promise<RenditionSetKey[]> => {
  const found = await Promise.all(
    candidates.map(({ renditionSetId }) => renditionSets.find(renditionSetId)),
  );
  return candidates.filter(({ owner }, index) => found[index]?.owner !== owner);
};

/** Where make-thumbnails writes, or wrote, for this image and for earlier ones under its key. */
export const possibleRenditions = (
  image: Image,
  thumbnails: readonly Size[],
): RenditionSetKey[] => {
  const { sha256 } = image;
  const earlier = image.earlier ?? [];
  if (!sha256) return earlier;
  const renditionSetId = renditionSetIdFor(sha256, sizesFor(image, thumbnails));
  return [...earlier, { renditionSetId, owner: ownerOf(image) }];
};

/** Deletes the objects of sets that no image refers to. */
export const deleteRenditions = (
  orphaned: readonly RenditionSetKey[],
  { derived }: { derived: Objects },
): Promise<void> =>
  derived.remove(
    orphaned.flatMap((set) =>
      parseSizeNames(set.renditionSetId).map((name) => renditionKey(set, name)),
    ),
  );
