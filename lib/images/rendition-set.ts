import { type Image, makerOf } from './image.ts';
import type { Content, ContentMove, Contents } from './images.ts';
import type { Objects } from './objects.ts';
import { optimizedSize, type Size } from './picture.ts';

/** The same bytes made into the same sizes are one content, however many images show it. */
export const contentIdOf = (sha256: string, sizes: readonly Size[]): string =>
  `${sha256}/${sizes.map(({ name, longestSide }) => `${name}-${longestSide}`).join('.')}`;

/** What is made of an image: thumbnails, and of one from a batch an optimized picture in full size. */
export const sizesOf = (
  { source }: Pick<Image, 'source'>,
  thumbnails: readonly Size[],
): readonly Size[] => (source === 'batch' ? [...thumbnails, optimizedSize] : thumbnails);

/**
 * Where a maker keeps a rendition. Predictable, so that a repeat overwrites instead of adding: the
 * key of the optimized one names no format, as that is known only when it is made.
 */
export const renditionKey = (
  { contentId, maker }: { contentId: string; maker: string },
  name: string,
): string => `${contentId}/${maker}/${name}${name === optimizedSize.name ? '' : '.jpg'}`;

/** The sizes a content was made in can be read off its id, also when settings have changed since. */
const sizeNamesOf = (contentId: string): string[] =>
  (contentId.split('/')[1] ?? '').split('.').map((size) => size.replace(/-\d+$/, ''));

/** Lets go of what an image shows. The content's objects go too if nobody else shows them. */
export const releaseOf = async (
  image: Image,
  { contents }: { contents: Contents },
): Promise<{ move?: ContentMove; leftovers: NonNullable<Image['leftovers']> }> => {
  const already = image.leftovers ?? [];
  if (!image.content) return { leftovers: already };
  const { contentId, maker } = image.content;
  const content = await contents.find(contentId);
  if (content?.maker !== maker) return { leftovers: already };
  const last = content.refs === 1;
  return {
    move: { move: 'release', contentId, maker, last },
    leftovers: last ? [...already, { contentId, maker }] : already,
  };
};

/** What make-thumbnails wrote, perhaps, when it was killed before it could say so. */
export const halfMadeOf = (image: Image, thumbnails: readonly Size[]) => {
  const maker = makerOf(image);
  return image.sha256 && image.content?.maker !== maker
    ? [{ contentId: contentIdOf(image.sha256, sizesOf(image, thumbnails)), maker }]
    : [];
};

/**
 * What of it may be removed: not what others show. A picture that comes under a key long after
 * another was deleted there counts its revisions from one, and so has that one's maker.
 */
export const unshownOf = async (
  makings: ReturnType<typeof halfMadeOf>,
  { contents }: { contents: Contents },
): Promise<ReturnType<typeof halfMadeOf>> => {
  const shown = await Promise.all(makings.map(({ contentId }) => contents.find(contentId)));
  return makings.filter(({ maker }, index) => shown[index]?.maker !== maker);
};

/** Where make-thumbnails writes, or wrote, for this image and for earlier ones under its key. */
export const makingsOf = (image: Image, thumbnails: readonly Size[]) => [
  ...(image.earlier ?? []),
  ...(image.sha256
    ? [
        {
          contentId: contentIdOf(image.sha256, sizesOf(image, thumbnails)),
          maker: makerOf(image),
        },
      ]
    : []),
];

/** Removes what a maker made of a content. Nobody shows it, so nobody misses it. */
export const removeRenditions = (
  leftovers: readonly { contentId: string; maker: string }[],
  { derived }: { derived: Objects },
): Promise<void> =>
  derived.remove(
    leftovers.flatMap((leftover) =>
      sizeNamesOf(leftover.contentId).map((name) => renditionKey(leftover, name)),
    ),
  );

/** What an image shows of a content. */
export const shownOf = ({
  contentId,
  maker,
  renditions,
  placeholder,
  dominantColor,
}: Omit<Content, 'refs'>): NonNullable<Image['content']> => ({
  contentId,
  maker,
  renditions,
  placeholder,
  dominantColor,
});
