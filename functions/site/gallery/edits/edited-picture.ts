import { pictures } from '../pictures/pictures.ts';
import type { Shown } from '../pictures/shown-picture.ts';
import { toShown } from '../pictures/tile.ts';

export const noPicture: Shown = {
  path: undefined,
  placeholder: null,
  color: null,
  ratio: undefined,
};

/**
 * The source or the result of an edit. One that the sheet has not loaded is shown by the address that
 * every picture has; one that it has loaded is not requested before its thumbnails exist.
 */
export const toEditShown = (id: string): Shown => {
  const picture = pictures.find(id);
  if (picture) return toShown(picture, { size: 'medium' });
  return { ...noPicture, path: `api/images/${id}/thumbnails/medium` };
};
