import { Problem } from './problem.ts';

/** One sentence for each kind of record that an id may fail to name, malformed ids included. */
const sentences = {
  image_not_found: 'Image not found',
  thumbnail_not_ready: 'Thumbnail not ready or missing',
  batch_not_found: 'Batch not found',
  webhook_not_found: 'Webhook not found',
  process_not_found:
    'There is no such process, or it has expired. POST /api/processes initiates a new one.',
} as const;
export type Missing = keyof typeof sentences;

export const isMissing = (code: string): code is Missing => code in sentences;

/** `retryAfterSeconds` where it may still come. */
export const notFound = (code: Missing, retryAfterSeconds?: number): Problem =>
  new Problem(code, sentences[code], { retryAfterSeconds });
