import type { Failure } from '#lib/failure.ts';

/** A picture to send to a provider: upright, without metadata, within the provider's limits. */
export type PictureToSend = {
  bytes: Uint8Array;
  contentType: 'image/jpeg' | 'image/png';
  width: number;
  height: number;
  /** The file name in the provider's form; never an untrusted one. */
  name: string;
};

/** One edit. It costs money, so `editId` is the idempotency key where the provider supports one. */
export type EditRequest = {
  editId: string;
  prompt: string;
  source: PictureToSend;
  target?: PictureToSend | undefined;
};

/**
 * Has a model make a picture from a prompt and one or two pictures. What would fail again (a refusal
 * of the contents, a retired model, a wrong key, a response that is no picture) is a Failure. Where the
 * provider did nothing and a retry may succeed (429, 5xx, no connection), throws RetryLaterError. Where
 * the response was lost after the request was sent (a timeout, a broken connection), throws
 * ResponseLostError: the work may have been done and billed. No reason ever contains a key, image
 * bytes, or the provider's raw body.
 */
export type EditPicture = (
  request: EditRequest,
) => Promise<
  { ok: true; image: Uint8Array; provider: string; model: string; durationMs: number } | Failure
>;

/** A provider received a request, and its outcome is unknown. */
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
      /** 1 where source and target have to be joined into one picture. */
      maxPictures?: number;
    }
  | Failure;
