import { type Image, makerOf } from './image.ts';
import type { Content, ContentMove, Contents } from './images.ts';
import type { Objects } from './objects.ts';
import type { Size } from './picture.ts';

/** The same bytes made into the same sizes are one content, however many images show it. */
export const contentIdOf = (sha256: string, sizes: readonly Size[]): string =>
  `${sha256}/${sizes.map(({ name, longestSide }) => `${name}-${longestSide}`).join('.')}`;

/** Where a maker keeps a rendition. Predictable, so that a repeat overwrites instead of adding. */
export const renditionKey = (
  { contentId, maker }: { contentId: string; maker: string },
  name: string,
): string => `${contentId}/${maker}/${name}.jpg`;

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
export const halfMadeOf = (image: Image, sizes: readonly Size[]) => {
  const maker = makerOf(image);
  return image.sha256 && image.content?.maker !== maker
    ? [{ contentId: contentIdOf(image.sha256, sizes), maker }]
    : [];
};

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
