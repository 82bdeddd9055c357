import { z } from 'zod';
import type { LogOptions } from './consumer.ts';

/**
 * An S3 event notification, or its test message, which has no Records. Keys are URL-encoded with `+`
 * for a space (Amazon S3 User Guide, "Event message structure").
 */
export const S3Notification = z.object({
  Records: z
    .array(
      z.object({
        eventName: z.string().optional(),
        s3: z.object({
          object: z.object({ key: z.string().transform(decoded), eTag: z.string().optional() }),
        }),
      }),
    )
    .default([]),
});
export type S3Notification = z.infer<typeof S3Notification>;

function decoded(key: string, context: z.RefinementCtx): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    context.addIssue({ code: 'custom', message: 'the key is not URL-encoded' });
    return z.NEVER;
  }
}

type ObjectEvent = { key: string; etag: string | undefined };

/** The objects in a notification, each key once; with its ETag, if all events of that key agree on one. */
export const objectsIn = ({ Records }: S3Notification): ObjectEvent[] => {
  const objects = new Map<string, ObjectEvent>();
  for (const { s3 } of Records) {
    const { key } = s3.object;
    const etag = s3.object.eTag?.replaceAll('"', '');
    const known = objects.get(key);
    objects.set(key, { key, etag: !known || known.etag === etag ? etag : undefined });
  }
  return [...objects.values()];
};

type Registered = { imageId: string; requestId: string } | undefined;

/** Logs the images of a notification: usually one, none where it was stale. */
export const registerLog: LogOptions<S3Notification, readonly Registered[]> = {
  labels: { step: 'register' },
  outcome: (images) => {
    const known = images.filter((image) => image !== undefined);
    const state = known.length > 0 ? 'done' : 'stale';
    const [only, ...others] = known;
    const ids =
      only && others.length === 0
        ? { image_id: only.imageId, request_id: only.requestId }
        : { image_ids: known.map(({ imageId }) => imageId) };
    return { fields: { state, ...ids } };
  },
};
