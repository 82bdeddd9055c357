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
        s3: z.object({ object: z.object({ key: z.string().transform(decoded) }) }),
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

/** The keys in a notification, each once. */
export const objectKeys = ({ Records }: S3Notification): string[] => [
  ...new Set(Records.map(({ s3 }) => s3.object.key)),
];

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
