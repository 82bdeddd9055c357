import type { ImageRenditions } from '#lib/images/image.ts';
import type { Objects } from '#lib/images/objects.ts';
import { optimizedSize, type Rendition } from '#lib/images/picture.ts';
import { renditionKey } from '#lib/images/rendition-set.ts';
import { sharp } from '#lib/media/sharp.ts';

const thumbHashHeader = 5; // bytes: average colour, range and shape; what else there is varies

/** What is wrong with the renditions of a picture, in words: each must decode and carry no metadata. */
export const faultsOfRenditions = async (
  renditionSet: ImageRenditions,
  derived: Objects,
): Promise<string[]> => {
  const faults: string[] = [];
  if (Buffer.from(renditionSet.placeholder, 'base64').length <= thumbHashHeader)
    faults.push(`the placeholder is no ThumbHash: ${renditionSet.placeholder}`);
  if (!/^#[0-9a-f]{6}$/.test(renditionSet.dominantColor))
    faults.push(`the dominant colour is none: ${renditionSet.dominantColor}`);
  for (const rendition of renditionSet.renditions) {
    const bytes = await derived.read(renditionKey(renditionSet, rendition.name));
    const found = bytes ? await checkRendition(rendition, bytes) : ['is not there'];
    faults.push(...found.map((fault) => `the rendition ${rendition.name} ${fault}`));
  }
  return faults;
};

const checkRendition = async (
  { name, width, height, sizeBytes, format = 'jpeg' }: Rendition,
  bytes: Uint8Array,
): Promise<string[]> => {
  const faults = bytes.length === sizeBytes ? [] : [`has ${bytes.length} bytes, not ${sizeBytes}`];
  try {
    // What is optimized may be the original's own pixels, with all that its decoder puts up with.
    const failOn = name === optimizedSize.name ? 'error' : 'warning';
    const picture = sharp(bytes, { failOn });
    const header = await picture.metadata();
    const { exif, icc, xmp, iptc, tifftagPhotoshop, comments } = header;
    const metadata = Object.entries({ exif, icc, xmp, iptc, tifftagPhotoshop, comments });
    const named = metadata.filter(([, value]) => value !== undefined).map(([kind]) => kind);
    if (named.length > 0) faults.push(`still carries ${named.join(' and ')}`);
    const isFormat = header.format === (format === 'avif' ? 'heif' : format);
    if (!isFormat) faults.push(`is ${header.format}, not ${format}`);
    const { info } = await picture.raw().toBuffer({ resolveWithObject: true });
    if (info.width !== width || info.height !== height)
      faults.push(`has ${info.width} × ${info.height} pixels, not ${width} × ${height}`);
  } catch (error) {
    faults.push(`does not decode: ${error instanceof Error ? error.message.trim() : error}`);
  }
  return faults;
};
