import { z } from 'zod';

/** The formats we read, by the names the API uses. */
export const formats = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff', 'heic'] as const;
export const Format = z.enum(formats);
export type Format = z.infer<typeof Format>;

/** What a picture's bytes say about it. Width and height are as it is seen, after orientation. */
export const Metadata = z.object({
  width: z.int().positive(),
  height: z.int().positive(),
  format: Format,
});
export type Metadata = z.infer<typeof Metadata>;

/** Why a file is no picture of ours: `type` becomes 415, `contents` 422. */
export const Refusal = z.object({
  kind: z.enum(['type', 'contents']),
  reason: z.string(),
});
export type Refusal = z.infer<typeof Refusal>;

/**
 * Reads a file's headers, never its pixels, and accepts it or says why not. Only the bytes count,
 * whatever the client says that they are. Answers in milliseconds for any input; never throws
 * because of what the bytes contain.
 */
export type Inspect = (bytes: Uint8Array) => Promise<{ metadata: Metadata } | { refusal: Refusal }>;

/** One smaller picture to make: a name, and its longest side in pixels. */
export const Size = z.object({ name: z.string(), longestSide: z.int().positive() });
export type Size = z.infer<typeof Size>;

/** JPEG's own limit, in pixels: no side that we take is longer, so a size of this much means "as it is". */
export const fullSize = 65_500;

/** A batch's pictures get this one too: as it is seen, without metadata, never larger in bytes. */
export const optimizedSize: Size = { name: 'optimized', longestSide: fullSize };

/** One picture that was made of another. Without a format it is JPEG, as all thumbnails are. */
export const Rendition = z.object({
  name: z.string(),
  width: z.int(),
  height: z.int(),
  sizeBytes: z.int(),
  format: Format.optional(),
});
export type Rendition = z.infer<typeof Rendition>;

/** The media type to serve a rendition's bytes with. */
export const contentTypeOf = ({ format = 'jpeg' }: Pick<Rendition, 'format'>): string =>
  `image/${format}`;

/** What shrinking a picture gives: each rendition's bytes, and how it looks before it loads. */
export type Shrunk = {
  renditions: (Rendition & { bytes: Uint8Array })[];
  /** ThumbHash, base64. */
  placeholder: string;
  /** `#rrggbb` */
  dominantColor: string;
};

/**
 * Makes every size from one decode. A size of `fullSize` or more is the picture itself, JPEG of
 * quality 80; where that had more bytes than the original, the original without its metadata or,
 * where it would look different without them, a coarser one. It never has more bytes.
 *
 * A picture that cannot be decoded (truncated, corrupt) is a refusal; a fault of the machine (out
 * of memory, a missing codec) throws.
 */
export type Shrink = (
  bytes: Uint8Array,
  metadata: Metadata,
  sizes: readonly Size[],
) => Promise<Shrunk | { refusal: Refusal }>;

/** What a provider can be sent: the longest side in pixels, and bytes. */
export type PictureLimits = { maxSide: number; maxBytes: number };

export type PreparedPicture = {
  bytes: Uint8Array;
  contentType: 'image/jpeg' | 'image/png';
  width: number;
  height: number;
};

/**
 * Makes of any picture we read one that may be sent to a provider: upright, sRGB, without
 * metadata, within its limits; PNG where something shows through, else JPEG. Never enlarges.
 */
export type PreparePicture = (
  bytes: Uint8Array,
  limits: PictureLimits,
) => Promise<PreparedPicture | { refusal: Refusal }>;

/** Puts two pictures beside each other, at one height, for a provider that takes one picture only. */
export type JoinPictures = (
  left: Uint8Array,
  right: Uint8Array,
  limits: PictureLimits,
) => Promise<PreparedPicture | { refusal: Refusal }>;

/**
 * Looks at what a provider answered as at any stranger's file, and writes the picture in it anew,
 * without metadata. A refusal's reason says what was wrong with the provider's answer.
 */
export type CheckResult = (
  bytes: Uint8Array,
) => Promise<{ bytes: Uint8Array; metadata: Metadata } | { refusal: Refusal }>;
