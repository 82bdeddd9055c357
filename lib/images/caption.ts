import { z } from 'zod';
import type { Failure } from '#lib/failure.ts';

/** A model's description of a picture, and which model wrote it. */
export const Caption = z.object({
  /** One plain sentence. */
  text: z.string(),
  provider: z.string(),
  model: z.string(),
  durationMs: z.int(),
});
export type Caption = z.infer<typeof Caption>;

/**
 * Describes a JPEG in one plain sentence. What would fail again (a refusal, a retired model, a
 * wrong key, a response that is no sentence) is a Failure; what might pass (429, 5xx, a timeout, a
 * broken connection) throws RetryLaterError. Neither reason ever holds a key, image bytes, or the
 * provider's raw body.
 */
export type Describe = (jpeg: Uint8Array) => Promise<{ ok: true; caption: Caption } | Failure>;

/** Whether captions can be written at all, decided by settings: a provider, or why there is none. */
export type Captioning = { ok: true; provider: string; model: string } | Failure;
