import type { Reader } from './range-reader.ts';

/**
 * Where a file stores its metadata, in the order found. `exif`: each holds a TIFF structure,
 * perhaps behind a preamble. `xmp`: XML packets, the main one first. `iptc`: Photoshop resources
 * (`8BIM`) or bare IPTC records.
 */
export type MetadataParts = { exif: Reader[]; xmp: Reader[]; iptc: Reader[] };

export const noParts = (): MetadataParts => ({ exif: [], xmp: [], iptc: [] });

/** What a segment of a JPEG begins with where it holds XMP (XMP specification part 3, §1.1.3). */
export const xmpSignature = 'http://ns.adobe.com/xap/1.0/\0';
