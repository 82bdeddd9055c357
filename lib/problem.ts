import { errorCodes, type ProblemCode } from './error-codes.ts';

/** What is wrong with one field of a body, or one parameter: a sentence without the field's name. */
export type FieldError = { field: string; error: string };

type Details = {
  /** Seconds after which the same request may succeed; becomes `Retry-After`. */
  retryAfterSeconds?: number | undefined;
  fields?: readonly FieldError[];
  /** The methods that the path has; becomes `Allow`. */
  allow?: readonly string[];
};

/**
 * An error that the client can act on: a code of the catalogue, which decides the HTTP status, and one
 * sentence. Any other Error is ours, and becomes a 500.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly retryAfterSeconds: number | undefined;
  readonly fields: readonly FieldError[];
  readonly allow: readonly string[];

  constructor(
    code: ProblemCode,
    sentence: string,
    { retryAfterSeconds, fields = [], allow = [] }: Details = {},
  ) {
    super(sentence);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
    this.fields = fields;
    this.allow = allow;
  }

  get status(): number {
    return errorCodes[this.code].status;
  }
}
