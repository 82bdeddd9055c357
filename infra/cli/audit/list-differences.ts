import { itemOf } from '#lib/aws/dynamo-image-items.ts';
import type { Kept } from './stored-records.ts';

/** Lists find an image by copies of what it says, in the months that the shelves name. */
export const placeDifferences = ({
  images,
  shelves,
}: Pick<Kept, 'images' | 'shelves'>): string[] => {
  const months = new Set(shelves.find(({ kind }) => kind === 'images')?.months);
  return images.flatMap(({ image, version, copies }) => {
    const due: Record<string, unknown> = itemOf(image, version);
    const wrong = (['listed_at', 'shelf', 'status_shelf'] as const)
      .filter((name) => due[name] !== copies[name])
      .map(
        (name) => `${image.imageId}: its ${name} is ${copies[name]}; it should be ${due[name]}.`,
      );
    const isOutOfSight = !image.deleted && !months.has(image.listedAt.slice(0, 7));
    return isOutOfSight ? [...wrong, `${image.imageId}: no list looks into its month.`] : wrong;
  });
};
