import type { Failure } from '#lib/failure.ts';

/** A picture as it goes to a provider: upright, without metadata, within the provider's limits. */
export type PictureToSend = {
  bytes: Uint8Array;
  contentType: 'image/jpeg' | 'image/png';
  width: number;
  height: number;
  /** A file name for the provider's form; ours, never an untrusted one. */
  name: string;
};

/** One edit. It costs money, so `editId` is the idempotency key wherever the provider knows one. */
export type EditRequest = {
  editId: string;
  prompt: string;
  source: PictureToSend;
  target?: PictureToSend | undefined;
};

/**
 * Has a model make a picture from a prompt and one or two pictures. What would fail again (a refusal
 * of the contents, a retired model, a wrong key, a response that is no picture) is a Failure. What
 * surely was not done and may pass (429, 5xx, no connection) throws RetryLaterError. A response that
 * was lost after the request was sent (a timeout, a connection broken in the middle) throws
 * ResponseLostError: the work may have been done and billed. No reason ever holds a key, image
 * bytes, or the provider's raw body.
 */
export type EditPicture = (
  request: EditRequest,
) => Promise<
  { ok: true; image: Uint8Array; provider: string; model: string; durationMs: number } | Failure
>;

/** A provider received a request, and it is unknown what became of it. */
export class ResponseLostError extends Error {
  override readonly name = 'ResponseLostError';
}

/** Whether pictures can be edited at all, decided by settings: a provider and its limits, or why none. */
export type Editing =
  | {
      ok: true;
      provider: string;
      model: string;
      maxSide: number;
      maxBytes: number;
      /** 1 where source and target have to be sent in one picture. */
      maxPictures?: number;
    }
  | Failure;
