import { toItem } from '#lib/aws/dynamo-image-items.ts';
import type { StoredRecords } from './stored-records.ts';

/** Lists find an image by its index attributes, in the months that the list of months names. */
export const listDifferences = ({
  images,
  listMonths,
}: Pick<StoredRecords, 'images' | 'listMonths'>): string[] => {
  const months = new Set(listMonths.find(({ kind }) => kind === 'images')?.months);
  return images.flatMap(({ image, version, indexAttributes }) => {
    const expected: Record<string, unknown> = toItem(image, version);
    const wrong = (['listed_at', 'partition', 'status_partition'] as const)
      .filter((name) => expected[name] !== indexAttributes[name])
      .map(
        (name) =>
          `${image.imageId}: its ${name} is ${indexAttributes[name]}; it should be ${expected[name]}.`,
      );
    const isUnlisted = !image.deleted && !months.has(image.listedAt.slice(0, 7));
    return isUnlisted ? [...wrong, `${image.imageId}: no list reads its month.`] : wrong;
  });
};
