import { toIndexAttributes } from '#lib/aws/dynamo-image-indexes.ts';
import type { StoredRecords } from './stored-records.ts';

/** Lists find an image by its index attributes, which follow from its record. */
export const listDifferences = ({ images }: Pick<StoredRecords, 'images'>): string[] =>
  images.flatMap(({ image, indexAttributes }) => {
    const expected = toIndexAttributes(image);
    return (['shard', 'listed_at', 'taken_at', 'status_shard'] as const)
      .filter((name) => expected[name] !== indexAttributes[name])
      .map(
        (name) =>
          `${image.imageId}: its ${name} is ${indexAttributes[name]}; it should be ${expected[name]}.`,
      );
  });
