import { Problem } from '#lib/problem.ts';
import type { Reply } from './route.ts';

/** Gets its fields with each call: keys appended to a logger would mix up parallel requests. */
export type Log = (message: string, fields: Record<string, unknown>) => void;
export type RequestLogger = { info: Log; warn: Log; error: Log };

/** What became of a request: a reply, or what was thrown instead. */
export type Ended = { status: number; replied?: Reply | undefined; failure?: unknown };

/** Statuses that say that what was sent is at fault, be it a picture, a CSV or a field. */
const inputIsAtFault = new Set([400, 413, 415, 422]);

const maxReasonLength = 500; // a CSV's may name a thousand rows

/**
 * Writes the one line of a request: at ERROR where we are at fault, at WARN where what was sent is, with
 * the reason the client was given. What is not there, or not now, is no warning.
 */
export const logRequest = (
  logger: RequestLogger,
  line: Record<string, unknown>,
  { status, replied, failure }: Ended,
): void => {
  const fields = { ...line, status, ...pickReason(replied, failure) };
  if (failure !== undefined && !(failure instanceof Problem))
    logger.error('request failed', {
      ...fields,
      error_code: 'internal_error',
      error: describeFailure(failure),
    });
  else if (status >= 500) logger.error('request answered', fields);
  else if (inputIsAtFault.has(status)) logger.warn('request answered', fields);
  else logger.info('request answered', fields);
};

/** The sentence for the client and its code: of a Problem, or of a reply that says what failed. */
const pickReason = (replied: Reply | undefined, failure: unknown) => {
  if (failure instanceof Problem)
    return { reason: failure.message.slice(0, maxReasonLength), error_code: failure.code };
  return replied && 'error' in replied && replied.error
    ? { reason: replied.error.slice(0, maxReasonLength), error_code: replied.errorCode }
    : {};
};

/** For the log only, and bounded: an SDK's error may contain whole requests. */
const describeFailure = (error: unknown) =>
  error instanceof Error
    ? {
        name: error.name,
        message: error.message.slice(0, 1000),
        stack: error.stack?.slice(0, 3000),
        ...(error.cause instanceof Error && { cause: error.cause.message.slice(0, 1000) }),
      }
    : { name: typeof error, message: String(error).slice(0, 1000) };
