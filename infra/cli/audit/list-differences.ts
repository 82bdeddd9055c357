import { toItem } from '#lib/aws/dynamo-image-items.ts';
import type { StoredRecords } from './stored-records.ts';

/** Lists find an image by copies of what it says, in the months that the shelves name. */
export const listDifferences = ({
  images,
  listMonths,
}: Pick<StoredRecords, 'images' | 'listMonths'>): string[] => {
  const months = new Set(listMonths.find(({ kind }) => kind === 'images')?.months);
  return images.flatMap(({ image, version, copies }) => {
    const due: Record<string, unknown> = toItem(image, version);
    const wrong = (['listed_at', 'partition', 'status_partition'] as const)
      .filter((name) => due[name] !== copies[name])
      .map(
        (name) => `${image.imageId}: its ${name} is ${copies[name]}; it should be ${due[name]}.`,
      );
    const isOutOfSight = !image.deleted && !months.has(image.listedAt.slice(0, 7));
    return isOutOfSight ? [...wrong, `${image.imageId}: no list looks into its month.`] : wrong;
  });
};
