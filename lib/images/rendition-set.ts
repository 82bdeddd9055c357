import { type Image, ownerOf } from './image.ts';
import type { RenditionSet, RenditionSetChange, RenditionSets } from './images.ts';
import type { Objects } from './objects.ts';
import { optimizedSize, type Size } from './picture.ts';

/** The same bytes made into the same sizes are one content, however many images show it. */
export const renditionSetIdFor = (sha256: string, sizes: readonly Size[]): string =>
  `${sha256}/${sizes.map(({ name, longestSide }) => `${name}-${longestSide}`).join('.')}`;

/** What is made of an image: thumbnails, and of one from a batch an optimized picture in full size. */
export const sizesFor = (
  { source }: Pick<Image, 'source'>,
  thumbnails: readonly Size[],
): readonly Size[] => (source === 'batch' ? [...thumbnails, optimizedSize] : thumbnails);

/**
 * Where a maker keeps a rendition. Predictable, so that a repeat overwrites instead of adding: the
 * key of the optimized one names no format, as that is known only when it is made.
 */
export const renditionKey = (
  { renditionSetId, owner }: { renditionSetId: string; owner: string },
  name: string,
): string => `${renditionSetId}/${owner}/${name}${name === optimizedSize.name ? '' : '.jpg'}`;

/** The sizes a content was made in can be read off its id, also when settings have changed since. */
const parseSizeNames = (renditionSetId: string): string[] =>
  (renditionSetId.split('/')[1] ?? '').split('.').map((size) => size.replace(/-\d+$/, ''));

/** Whether it was made in this size, whatever the size of that name is today. */
export const hasSize = (
  { renditionSetId }: { renditionSetId: string },
  { name, longestSide }: Size,
): boolean => (renditionSetId.split('/')[1] ?? '').split('.').includes(`${name}-${longestSide}`);

/** Lets go of what an image shows. The content's objects go too if nobody else shows them. */
export const planRelease = async (
  image: Image,
  { renditionSets }: { renditionSets: RenditionSets },
): Promise<{
  renditionSetChange?: RenditionSetChange;
  orphanedRenditions: NonNullable<Image['orphanedRenditions']>;
}> => {
  const already = image.orphanedRenditions ?? [];
  if (!image.renditionSet) return { orphanedRenditions: already };
  const { renditionSetId, owner } = image.renditionSet;
  const renditionSet = await renditionSets.find(renditionSetId);
  if (renditionSet?.owner !== owner) return { orphanedRenditions: already };
  const last = renditionSet.refs === 1;
  return {
    renditionSetChange: { action: 'releaseReference', renditionSetId, owner, last },
    orphanedRenditions: last ? [...already, { renditionSetId, owner }] : already,
  };
};

/** What make-thumbnails wrote, perhaps, when it was killed before it could say so. */
export const partialRenditions = (image: Image, thumbnails: readonly Size[]) => {
  const owner = ownerOf(image);
  return image.sha256 && image.renditionSet?.owner !== owner
    ? [{ renditionSetId: renditionSetIdFor(image.sha256, sizesFor(image, thumbnails)), owner }]
    : [];
};

/**
 * What of it may be removed: not what others show. A picture that comes under a key long after
 * another was deleted there counts its revisions from one, and so has that one's maker.
 */
export const withoutReferences = async (
  candidates: ReturnType<typeof partialRenditions>,
  { renditionSets }: { renditionSets: RenditionSets },
): Promise<ReturnType<typeof partialRenditions>> => {
  const shown = await Promise.all(
    candidates.map(({ renditionSetId }) => renditionSets.find(renditionSetId)),
  );
  return candidates.filter(({ owner }, index) => shown[index]?.owner !== owner);
};

/** Where make-thumbnails writes, or wrote, for this image and for earlier ones under its key. */
export const possibleRenditions = (image: Image, thumbnails: readonly Size[]) => [
  ...(image.earlier ?? []),
  ...(image.sha256
    ? [
        {
          renditionSetId: renditionSetIdFor(image.sha256, sizesFor(image, thumbnails)),
          owner: ownerOf(image),
        },
      ]
    : []),
];

/** Removes what a maker made of a content. Nobody shows it, so nobody misses it. */
export const deleteRenditions = (
  orphanedRenditions: readonly { renditionSetId: string; owner: string }[],
  { derived }: { derived: Objects },
): Promise<void> =>
  derived.remove(
    orphanedRenditions.flatMap((leftover) =>
      parseSizeNames(leftover.renditionSetId).map((name) => renditionKey(leftover, name)),
    ),
  );

/** What an image shows of a content. */
export const toImageRenditions = ({
  renditionSetId,
  owner,
  renditions,
  placeholder,
  dominantColor,
}: Omit<RenditionSet, 'refs'>): NonNullable<Image['renditionSet']> => ({
  renditionSetId,
  owner,
  renditions,
  placeholder,
  dominantColor,
});
