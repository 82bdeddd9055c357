import { z } from 'zod';

/** What a model saw in a picture, and which model it was. */
export const Caption = z.object({
  /** One plain sentence. */
  text: z.string(),
  provider: z.string(),
  model: z.string(),
  durationMs: z.int(),
});
export type Caption = z.infer<typeof Caption>;

/** A provider could not answer now: worth trying again, not before `retryAfterSeconds` if it said so. */
export class ProviderBusy extends Error {
  override readonly name = 'ProviderBusy';
  readonly retryAfterSeconds: number | undefined;

  constructor(reason: string, retryAfterSeconds?: number) {
    super(reason);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * Describes a JPEG in one plain sentence. What would fail again (a refusal, a retired model, a
 * wrong key, an answer that is no sentence) is a `failed` outcome with a reason for people; what
 * might pass (429, 5xx, silence, a broken connection) throws ProviderBusy. Neither reason ever
 * holds a key, image bytes, or the provider's raw body.
 */
export type Describe = (jpeg: Uint8Array) => Promise<{ caption: Caption } | { failed: string }>;

/** Whether captions can be written at all, decided by settings: a provider, or the reason why none. */
export type Captioning = { provider: string; model: string } | { skipped: string };
