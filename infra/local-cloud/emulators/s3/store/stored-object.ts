import * as z from 'zod';
import { checksumAlgorithms } from '../body/checksums.ts';

/** Bytes of a file. Files never change, so objects and parts may share them. */
export const Segment = z.object({ file: z.string(), offset: z.number(), length: z.number() });
export type Segment = z.infer<typeof Segment>;

const Checksum = z.object({
  algorithm: z.enum(checksumAlgorithms),
  value: z.string(),
  type: z.enum(['FULL_OBJECT', 'COMPOSITE']),
});

const Tags = z.array(z.object({ key: z.string(), value: z.string() }));
export type Tags = z.infer<typeof Tags>;

const json = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(schema);

/** A part of an object that was uploaded in parts; `checksum` is base64. */
const ObjectPart = z.object({
  number: z.number(),
  sizeBytes: z.number(),
  checksum: z.string().nullish(),
});
export type ObjectPart = z.infer<typeof ObjectPart>;

export const ObjectDetails = z.object({
  /** Content-Type and its kind, and x-amz-meta-…, by lower-case name. */
  headers: z.record(z.string(), z.string()),
  tags: Tags.default([]),
  checksum: Checksum.nullish(),
  segments: z.array(Segment),
  parts: z.array(ObjectPart).nullish(),
  /** Of the upload that it was made by; to complete it twice gives the same answer. */
  uploadId: z.string().nullish(),
});
export type ObjectDetails = z.infer<typeof ObjectDetails>;

/** All that is known of an object but its bytes, as a row of the database. */
export const StoredObject = z.object({
  key: z.string(),
  size_bytes: z.number(),
  /** Without quotes. */
  etag: z.string(),
  modified_at: z.number(),
  details: json(ObjectDetails),
});
export type StoredObject = z.infer<typeof StoredObject>;

export const UploadDetails = z.object({
  headers: z.record(z.string(), z.string()),
  tags: Tags,
  checksum: Checksum.pick({ algorithm: true, type: true }).nullish(),
});
export type UploadDetails = z.infer<typeof UploadDetails>;

/** An upload in parts that was begun. */
export const Upload = z.object({
  id: z.string(),
  bucket: z.string(),
  key: z.string(),
  started_at: z.number(),
  details: json(UploadDetails),
});
export type Upload = z.infer<typeof Upload>;

export const Part = z.object({
  number: z.number(),
  size_bytes: z.number(),
  etag: z.string(),
  modified_at: z.number(),
  details: json(z.object({ checksum: Checksum.nullish(), segments: z.array(Segment) })),
});
export type Part = z.infer<typeof Part>;

export const Bucket = z.object({ name: z.string(), created_at: z.number() });
export type Bucket = z.infer<typeof Bucket>;
