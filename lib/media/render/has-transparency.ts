import type { Pixels } from './decode-pixels.ts';

/** Whether anything shows through. Many opaque pictures have a channel for it nevertheless. */
export const hasTransparency = ({ data, channels }: Pixels): boolean => {
  if (channels !== 2 && channels !== 4) return false;
  for (let at = channels - 1; at < data.length; at += channels) if (data[at] !== 255) return true;
  return false;
};
