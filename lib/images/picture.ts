import { z } from 'zod';
import { tooManyBytesText } from '#lib/bytes-text.ts';
import type { ProblemCode } from '#lib/error-codes.ts';

/** The formats we read, by the names the API uses. */
export const formats = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff', 'heic'] as const;
export const Format = z.enum(formats);
export type Format = z.infer<typeof Format>;

/** What the headers of a picture say. Width and height are pixels, after orientation. */
export const Metadata = z.object({
  width: z.int().positive(),
  height: z.int().positive(),
  format: Format,
});
export type Metadata = z.infer<typeof Metadata>;

/** Why a file is rejected, as a code. */
export const refusalCodes = [
  'unsupported_format',
  'file_too_large',
  'empty_file',
  'damaged_file',
  'truncated_file',
  'too_many_pixels',
  'too_many_frames',
  'too_much_memory',
  'unsupported_feature',
  'unreadable_file',
] as const satisfies readonly ProblemCode[];
export type RefusalCode = (typeof refusalCodes)[number];

/** Why a file is rejected: a code for programs, and one sentence for people. */
export const Refusal = z.object({
  kind: z.enum(['type', 'contents']),
  reason: z.string(),
  /** Earlier releases stored none. */
  code: z.enum(refusalCodes).optional().catch(undefined),
});
export type Refusal = z.infer<typeof Refusal>;

export const refusal = (code: RefusalCode, reason: string): Refusal => ({
  kind: code === 'unsupported_format' ? 'type' : 'contents',
  reason,
  code,
});

/** Why an image failed as a whole: its file was refused, or never got as far as that. */
export const Rejection = Refusal.extend({
  code: z
    .enum([...refusalCodes, 'not_fetched', 'batch_cancelled', 'retries_exhausted'])
    .optional()
    .catch(undefined),
});
export type Rejection = z.infer<typeof Rejection>;

/** The code of a refusal of any release. */
export const refusalCode = <Code extends string>({
  kind,
  code,
}: Pick<Refusal, 'kind'> & { code?: Code | undefined }): Code | RefusalCode =>
  code ?? (kind === 'type' ? 'unsupported_format' : 'unreadable_file');

/** The refusal of a file beyond the setting UPLOAD_MAX_BYTES, whatever way it comes in. */
export const tooLargeRefusal = (sizeBytes: number, maxBytes: number): Refusal =>
  refusal('file_too_large', `The file has ${tooManyBytesText(sizeBytes, maxBytes)}.`);

export const emptyRefusal: Refusal = refusal('empty_file', 'The file is empty.');

/**
 * Reads a file's headers, never its pixels, and accepts it or says why not. Only the bytes count,
 * whatever the client says that they are. Takes milliseconds for any input; never throws
 * because of what the bytes contain.
 */
export type Inspect = (bytes: Uint8Array) => Promise<{ metadata: Metadata } | { refusal: Refusal }>;

/** One rendition to make: a name, and its longest side in pixels. */
export const Size = z.object({ name: z.string(), longestSide: z.int().positive() });
export type Size = z.infer<typeof Size>;

/** JPEG's own limit, in pixels: no side of an accepted picture is longer, so a size of this much means "as it is". */
export const fullSize = 65_500;

/** The extra rendition of a batch's pictures: upright, without metadata, never more bytes than the original. */
export const optimizedSize: Size = { name: 'optimized', longestSide: fullSize };

/** One picture derived from another. Without a format it is JPEG, as all thumbnails are. */
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

/** The renditions of a picture with their bytes, and what to show before it loads. */
export type Shrunk = {
  renditions: (Rendition & { bytes: Uint8Array })[];
  /** ThumbHash, base64. */
  placeholder: string;
  /** `#rrggbb` */
  dominantColor: string;
};

/**
 * Makes every size from one decode. A size of `fullSize` or more is the whole picture as JPEG of
 * quality 80; where that would have more bytes than the original, the original without its metadata
 * or, where it would look different without them, a JPEG of lower quality.
 *
 * A picture that cannot be decoded (truncated, corrupt) is a refusal; an error of the
 * system (out of memory, a missing codec) throws.
 */
export type Shrink = (
  bytes: Uint8Array,
  metadata: Metadata,
  sizes: readonly Size[],
) => Promise<Shrunk | { refusal: Refusal }>;

/** The limits of a provider: the longest side in pixels, and bytes. */
export type PictureLimits = { maxSide: number; maxBytes: number };

export type PreparedPicture = {
  bytes: Uint8Array;
  contentType: 'image/jpeg' | 'image/png';
  width: number;
  height: number;
};

/**
 * Converts any accepted picture to one that may be sent to a provider: upright, sRGB, without
 * metadata, within its limits; PNG where it has transparency, else JPEG. Never enlarges.
 */
export type PreparePicture = (
  bytes: Uint8Array,
  limits: PictureLimits,
) => Promise<PreparedPicture | { refusal: Refusal }>;

/** Joins two pictures side by side, at one height, for a provider that accepts one picture only. */
export type JoinPictures = (
  left: Uint8Array,
  right: Uint8Array,
  limits: PictureLimits,
) => Promise<PreparedPicture | { refusal: Refusal }>;

/**
 * Checks a provider's result like any untrusted file, and encodes the picture again without metadata.
 * A refusal's reason says what was wrong with the result.
 */
export type CheckResult = (
  bytes: Uint8Array,
) => Promise<{ bytes: Uint8Array; metadata: Metadata } | { refusal: Refusal }>;
