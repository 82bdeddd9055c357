/** The ways a request can be at fault. Each has one HTTP status, given in lib/http/envelope.ts. */
export type Fault =
  | 'invalid' // 400: malformed JSON, parameter, cursor, form without a file
  | 'forbidden' // 403: a link that is not right
  | 'not-found' // 404
  | 'conflict' // 409: not now
  | 'too-large' // 413: too many bytes
  | 'unsupported-type' // 415: not a type we read, or not what its name and type claim
  | 'unprocessable'; // 422: the right kind of thing with wrong contents

/** The caller must change something. Anything else that goes wrong is ours, and stays an Error. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly fault: Fault;
  /** Seconds after which the same request may succeed; becomes `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;

  constructor(fault: Fault, detail: string, retryAfterSeconds?: number) {
    super(detail);
    this.fault = fault;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
