import { type Cdn, removeVariants, type Variants } from '#lib/delivery/variants.ts';
import { notFound } from '#lib/not-found.ts';
import type { Image } from './image.ts';
import type { Images } from './images.ts';
import { updateImage } from './update-image.ts';

/** What a person says about an image; null takes it back, undefined leaves it. */
export type Patch = {
  caption?: string | null | undefined;
  focalPoint?: { x: number; y: number } | null | undefined;
};

type Deps = { images: Images; variants: Variants; cdn: Cdn };

/**
 * Sets what a person says about an image. Their caption stands beside the model's, so that neither
 * overwrites the other. Another focal point makes other crops: those of before are removed.
 */
export const patchImage = async (
  imageId: string,
  { caption, focalPoint }: Patch,
  { images, variants, cdn }: Deps,
): Promise<Image> => {
  const { image } = await updateImage(
    imageId,
    (known) => {
      if (!known || known.deleted) throw notFound('image_not_found');
      const { personCaption, focalPoint: before, ...rest } = known;
      const after = {
        personCaption: caption === undefined ? personCaption : (caption ?? undefined),
        focalPoint:
          focalPoint === undefined ? before : focalPoint ? rounded(focalPoint) : undefined,
      };
      return {
        image: {
          ...rest,
          ...(after.personCaption !== undefined && { personCaption: after.personCaption }),
          ...(after.focalPoint && { focalPoint: after.focalPoint }),
        },
      };
    },
    { images },
  );
  if (!image) throw notFound('image_not_found');
  if (focalPoint !== undefined) await removeVariants(imageId, { variants, cdn }, { except: image });
  return image;
};

/**
 * To a ten-thousandth of a side: finer than a pixel of most pictures, and a number that DynamoDB holds
 * (it takes none nearer to 0 than 1e-130).
 */
const rounded = ({ x, y }: { x: number; y: number }) => ({ x: toFraction(x), y: toFraction(y) });

const toFraction = (value: number): number => Math.round(value * 10_000) / 10_000;
