/**
 * Another server could not answer now, and surely did nothing: the same request may succeed later,
 * not before `retryAfterSeconds` where the server said so. The message is a sentence for people.
 */
export class RetryLaterError extends Error {
  override readonly name = 'RetryLaterError';
  readonly retryAfterSeconds: number | undefined;

  constructor(reason: string, retryAfterSeconds?: number) {
    super(reason);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
