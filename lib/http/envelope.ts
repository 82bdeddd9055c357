import type { Fault, Problem } from '#lib/problem.ts';
import type { Reply, Route } from './route.ts';

const statusByFault: Record<Fault, number> = {
  invalid: 400,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  'unsupported-type': 415,
  unprocessable: 422,
};

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

  const { data, page, error = null } = answer;
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
    },
    headers,
  );
};

const findSchema = (shape: Route['replies'][number]) => {
  if (shape.kind === 'data' || shape.kind === 'paged') return shape.schema;
  throw new Error(`A reply of kind ${shape.kind} has data.`);
};

/** Renders a Problem. */
export const renderProblem = (problem: Problem, code: number): Outgoing =>
  enveloped(
    statusByFault[problem.fault],
    { status: 'error', code, data: null, error: problem.message },
    problem.retryAfterSeconds === undefined
      ? {}
      : { 'retry-after': String(Math.ceil(problem.retryAfterSeconds)) },
  );

/** Renders an internal error: its request id only, no details. */
export const renderFailure = (requestId: string, code: number, status: 500 | 504 = 500): Outgoing =>
  enveloped(status, {
    status: 'error',
    code,
    data: null,
    error: `${status === 504 ? 'This took too long' : 'Something went wrong on our side'}. Please try again; if the problem persists, report the request id ${requestId}.`,
  });
