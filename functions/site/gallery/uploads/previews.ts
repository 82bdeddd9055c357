/** A small copy of a file that is being uploaded, made by the browser. */
export type Preview = { url: string; ratio: number };

const longestSide = 480; // pixels: a tile on a 2× display
const maxPreviews = 500; // about 15 kB each
const quality = 0.75;
const maxBytes = 30e6; // decoding a larger one would take the memory that the page needs

/** By a key of the caller: an upload's number, an image's id. */
const previews = new Map<string | number, Preview>();

export const findPreview = (key: string | number): Preview | undefined => previews.get(key);

export const storePreview = (key: string | number, preview: Preview): void => {
  previews.set(key, preview);
  const [oldest] = previews.keys();
  if (previews.size <= maxPreviews || oldest === undefined) return;
  const url = previews.get(oldest)?.url;
  previews.delete(oldest);
  const isShared = [...previews.values()].some((each) => each.url === url);
  if (url && !isShared) URL.revokeObjectURL(url);
};

/** Undefined where the browser cannot decode the file. */
export const makePreview = async (file: File): Promise<Preview | undefined> => {
  if (!file.type.startsWith('image/') || file.size > maxBytes) return undefined;
  try {
    const whole = await createImageBitmap(file);
    const scale = Math.min(1, longestSide / Math.max(whole.width, whole.height));
    const width = Math.max(1, Math.round(whole.width * scale));
    const height = Math.max(1, Math.round(whole.height * scale));
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext('2d')?.drawImage(whole, 0, 0, width, height);
    const ratio = whole.width / whole.height;
    whole.close(); // its pixels are freed now, not when garbage is collected
    const blob = await canvas.convertToBlob({ type: 'image/webp', quality });
    return { url: URL.createObjectURL(blob), ratio };
  } catch {
    return undefined;
  }
};
