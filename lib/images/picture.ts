import { z } from 'zod';

/** The formats we read, by the names the API uses. */
export const formats = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const;
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

/** What a sender claims about a file. Claims are only claims: the bytes decide. */
export type Claims = { name?: string | undefined; contentType?: string | undefined };

/**
 * Reads a file's headers, never its pixels, and accepts it or says why not. Answers in
 * milliseconds for any input; never throws because of what the bytes contain.
 */
export type Inspect = (
  bytes: Uint8Array,
  claims: Claims,
) => Promise<{ metadata: Metadata } | { refusal: Refusal }>;

/** One smaller picture to make: a name, and its longest side in pixels. */
export const Size = z.object({ name: z.string(), longestSide: z.int().positive() });
export type Size = z.infer<typeof Size>;

/** One smaller picture that was made. */
export const Rendition = z.object({
  name: z.string(),
  width: z.int(),
  height: z.int(),
  sizeBytes: z.int(),
});
export type Rendition = z.infer<typeof Rendition>;

/** What shrinking a picture gives: each rendition as JPEG bytes, and how it looks before it loads. */
export type Shrunk = {
  renditions: (Rendition & { bytes: Uint8Array })[];
  /** ThumbHash, base64. */
  placeholder: string;
  /** `#rrggbb` */
  dominantColor: string;
};

/**
 * Makes every size from one decode. A picture that cannot be decoded (truncated, corrupt) is a
 * refusal; a fault of the machine (out of memory, a missing codec) throws.
 */
export type Shrink = (
  bytes: Uint8Array,
  metadata: Metadata,
  sizes: readonly Size[],
) => Promise<Shrunk | { refusal: Refusal }>;
