import { type Image, ownerOf } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import type { StepMessage } from './messages.ts';
import { deleteRenditions, possibleRenditions } from './rendition-set.ts';

type Deps = Pick<ImageDeps, 'renditionSets' | 'derived' | 'sizes'>;

/**
 * Deletes the renditions that a delivery may have written for an image that was deleted or replaced in
 * the meantime, or whose bytes another image had first. Those that are referred to stay.
 */
export const deleteUnusedRenditions = async (
  { image_id: imageId, rev }: StepMessage,
  image: Image | undefined,
  { renditionSets, derived, sizes }: Deps,
): Promise<void> => {
  if (!image || mayReferToOwn(image, rev)) return;
  const owner = ownerOf({ imageId, rev });
  const own = possibleRenditions(image, sizes).find((candidate) => candidate.owner === owner);
  if (!own || (await renditionSets.find(own.renditionSetId))?.owner === owner) return;
  await deleteRenditions([own], { derived });
};

const mayReferToOwn = (image: Image, rev: number): boolean =>
  !image.deleted &&
  image.rev === rev &&
  (image.steps.thumbnails.state !== 'done' || image.renditionSet?.owner === ownerOf(image));
