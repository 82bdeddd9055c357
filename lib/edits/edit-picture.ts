/** A picture as it goes to a provider: upright, without metadata, within the provider's limits. */
export type PictureToSend = {
  bytes: Uint8Array;
  contentType: 'image/jpeg' | 'image/png';
  width: number;
  height: number;
  /** A file name for the provider's form; ours, never a stranger's. */
  name: string;
};

/**
 * Has a model make a picture from a prompt and one or two pictures. Costs money, so `editId` goes
 * along as idempotency key wherever the provider knows one.
 *
 * `refused` is for what would fail again (a refusal of the contents, a retired model, a wrong key,
 * an answer that is no picture). What surely was not done and may pass (429, 5xx, no connection)
 * throws ProviderBusy. An answer that got lost after the request was sent (silence, a connection
 * broken in the middle) throws AnswerLost: the work may have been done, and be paid for. No reason
 * ever holds a key, image bytes, or the provider's raw body.
 */
export type EditPicture = (request: {
  editId: string;
  prompt: string;
  source: PictureToSend;
  target?: PictureToSend | undefined;
}) => Promise<
  { image: Uint8Array; provider: string; model: string; durationMs: number } | { refused: string }
>;

/** A provider was asked, and nobody knows what became of it. */
export class ResponseLostError extends Error {
  override readonly name = 'AnswerLost';
}

/** Whether pictures can be edited at all, decided by settings: a provider with what it takes, or why none. */
export type Editing =
  | {
      provider: string;
      model: string;
      maxSide: number;
      maxBytes: number;
      /** 1 where source and target have to be sent in one picture. */
      mostPictures?: number;
    }
  | { unavailable: string };
