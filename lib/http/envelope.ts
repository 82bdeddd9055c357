import type { Fault, Problem } from '#lib/problem.ts';
import type { Reply, Route } from './route.ts';

const statusByFault: Record<Fault, number> = {
  invalid: 400,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  'unsupported-type': 415,
  unprocessable: 422,
};

/** What goes out, before API Gateway's own shape: text as it is, bytes as they are. */
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
 * An answer as its route promises it. What the schema does not know is left out; an answer that
 * does not fit its schema is an error of ours, and throws.
 */
export const render = ({ name, code, replies }: Route, answer: Reply): Outgoing => {
  if ('rendered' in answer) return answer.rendered;
  const { status, headers = {} } = answer;
  const shape = replies[status];
  if (!shape) throw new Error(`${name} does not promise a ${status}.`);

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
  throw new Error(`A reply of kind ${shape.kind} was answered with data.`);
};

/** A Problem, explained to the caller. */
export const renderProblem = (problem: Problem, code: number): Outgoing =>
  enveloped(
    statusByFault[problem.fault],
    { status: 'error', code, data: null, error: problem.message },
    problem.retryAfterSeconds === undefined
      ? {}
      : { 'retry-after': String(Math.ceil(problem.retryAfterSeconds)) },
  );

/** Our own fault: the caller learns that it was ours, and the number to ask about. */
export const renderFailure = (requestId: string, code: number, status: 500 | 504 = 500): Outgoing =>
  enveloped(status, {
    status: 'error',
    code,
    data: null,
    error: `${status === 504 ? 'This took too long and was given up' : 'Something went wrong on our side'}. Please try again; if it stays, ask with the request id ${requestId}.`,
  });
