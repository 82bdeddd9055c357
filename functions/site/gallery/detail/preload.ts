import type { Picture } from '../pictures/collection.ts';
import { toShown } from '../pictures/tile.ts';

const maxPreloaded = 6;
/** Images that nothing refers to might not be loaded. */
const preloaded = new Map<string, HTMLImageElement>();

/** Loads a picture before it is shown, at the width at which it will be. */
export const preload = (picture: Picture | undefined, sizes: string): void => {
  if (!picture || preloaded.has(picture.image_id)) return;
  const { path, srcset } = toShown(picture, { size: 'medium', sizes });
  if (path === undefined || srcset === undefined) return;
  const image = new Image();
  image.sizes = sizes;
  image.srcset = srcset;
  preloaded.set(picture.image_id, image);
  const [oldest] = preloaded.keys();
  if (preloaded.size > maxPreloaded && oldest !== undefined) preloaded.delete(oldest);
};
