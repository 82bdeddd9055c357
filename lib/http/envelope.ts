import type { ErrorCode, ProblemCode } from '#lib/error-codes.ts';
import type { FieldError, Problem } from '#lib/problem.ts';
import type { Reply, Route, Warning } from './route.ts';

/** A response before it has API Gateway's format. */
export type Outgoing = {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
};

type Envelope = {
  status: 'success' | 'failed' | 'error';
  code: number;
  data: unknown;
  page?: unknown;
  error: string | null;
  error_code?: ErrorCode;
  fields?: readonly FieldError[];
  warnings?: readonly Warning[];
};

const enveloped = (
  status: number,
  envelope: Envelope,
  headers: Record<string, string> = {},
): Outgoing => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(envelope),
});

/**
 * Renders a reply as its route declares it. Properties that are not in the schema are left out; throws
 * where the reply does not match the schema, which is a bug.
 */
export const render = ({ name, code, replies }: Route, answer: Reply): Outgoing => {
  if ('rendered' in answer) return answer.rendered;
  const { status, headers = {} } = answer;
  const shape = replies[status];
  if (!shape) throw new Error(`${name} does not declare a ${status}.`);

  if ('bytes' in answer)
    return {
      status,
      headers: { 'content-type': answer.contentType, ...headers },
      body: answer.bytes,
    };
  if (!('data' in answer)) return { status, headers, body: '' };

  const { data, page, error = null, errorCode, warnings = [] } = answer;
  const outcome = answer.outcome ?? (error === null ? 'success' : 'error');
  const promised = shape.kind === 'list' ? shape.schema.array() : findSchema(shape);
  return enveloped(
    status,
    {
      status: outcome,
      code: outcome === 'success' ? code[0] : code[1],
      data: promised.parse(data),
      ...(page && { page }),
      error,
      ...(errorCode && { error_code: errorCode }),
      ...(warnings.length && { warnings }),
    },
    headers,
  );
};

const findSchema = (shape: Route['replies'][number]) => {
  if (shape.kind === 'data' || shape.kind === 'paged') return shape.schema;
  throw new Error(`A reply of kind ${shape.kind} has data.`);
};

/** Renders a Problem. */
export const renderProblem = (
  { status, code: errorCode, message, retryAfterSeconds, fields, allow }: Problem,
  code: number,
): Outgoing =>
  enveloped(
    status,
    {
      status: 'error',
      code,
      data: null,
      error: message,
      error_code: errorCode,
      ...(fields.length && { fields }),
    },
    {
      ...(retryAfterSeconds !== undefined && {
        'retry-after': String(Math.ceil(retryAfterSeconds)),
      }),
      ...(allow.length && { allow: allow.join(', ') }),
    },
  );

const failures = {
  internal_error: { status: 500, what: 'Something went wrong on our side' },
  timeout: { status: 504, what: 'This took too long' },
} as const satisfies Partial<Record<ProblemCode, { status: number; what: string }>>;

/** Renders an internal error: its request id only, no details. */
export const renderFailure = (
  requestId: string,
  code: number,
  errorCode: keyof typeof failures = 'internal_error',
): Outgoing => {
  const { status, what } = failures[errorCode];
  return enveloped(status, {
    status: 'error',
    code,
    data: null,
    error: `${what}. Please try again; if the problem persists, report the request id ${requestId}.`,
    error_code: errorCode,
  });
};
