import { parseVariantKey } from '#lib/delivery/variants.ts';
import { pictureVersion } from '#lib/delivery/version.ts';
import type { StoredRecords } from './stored-records.ts';

type Records = Pick<StoredRecords, 'images' | 'derived'>;

/**
 * Everything made on demand is of an image that is there, and of its picture as it is now. None is
 * ever missing: what is not there is made at the next request.
 */
export const variantDifferences = ({ images, derived }: Records): string[] => {
  const byId = new Map(images.map(({ image }) => [image.imageId, image]));
  return [...derived].flatMap((key) => {
    const variant = parseVariantKey(key);
    if (!variant) return [];
    const image = byId.get(variant.imageId);
    if (!image || image.deleted === 'gone') return [`The variant ${key} is of no image.`];
    if (image.deleted) return []; // still to be removed
    return variant.version.startsWith(pictureVersion(image))
      ? []
      : [`The variant ${key} is of an earlier picture of its image.`];
  });
};

export const countVariants = ({ derived }: Pick<Records, 'derived'>): number =>
  [...derived].filter(parseVariantKey).length;
