import { createHash } from 'node:crypto';
import { type IdempotencyRecords, isReplayable } from '#lib/idempotency-records.ts';
import { Problem } from '#lib/problem.ts';
import { type Outgoing, render, renderProblem } from './envelope.ts';
import type { Form } from './multipart.ts';
import type { Rendered, Reply, Route, RouteReply } from './route.ts';

type KeyedRequest = {
  headers: { 'idempotency-key'?: string | undefined };
  keyId: string;
};
type Deps = { idempotencyRecords: IdempotencyRecords; newId: () => string; now: () => Date };

/** Seconds after which a request in progress may have finished. */
const soon = 2;

/**
 * Handles a request once. With an `Idempotency-Key` the first reply is stored for a day and sent again
 * for the same request; another request with the same key is a 422, one that is still in progress a
 * 409. What a repeat may fix (400, 409, 413, our own errors) is not stored; nor is a reply that is too
 * large, which a repeat makes again.
 *
 * `work` gets an id for what it creates, which is the same whenever the same request is repeated, so
 * that a repeat after a kill creates the same records. `[A-Za-z0-9-]`
 */
export const idempotent = async <R extends Route>(
  route: R,
  { headers, keyId }: KeyedRequest,
  getFingerprint: () => string,
  work: (workId: string) => Promise<RouteReply<R>>,
  { idempotencyRecords, newId, now }: Deps,
): Promise<RouteReply<R> | Rendered> => {
  const key = headers['idempotency-key'];
  if (key === undefined) return work(newId());

  const fingerprint = getFingerprint();
  // None of the three can contain a space.
  const idempotencyId = `${route.name} ${keyId} ${key}`;
  const started = await idempotencyRecords.begin(idempotencyId, fingerprint, now());
  if (started.state === 'completed')
    return {
      rendered: {
        ...started.reply,
        headers: { ...started.reply.headers, 'idempotency-replayed': 'true' },
      },
    };
  if (started.state === 'in-progress')
    throw new Problem(
      'idempotency_key_in_progress',
      'A request with this Idempotency-Key is still in progress. Try again in a moment.',
      { retryAfterSeconds: soon },
    );
  if (started.state === 'other-request')
    throw new Problem(
      'idempotency_key_reused',
      'This Idempotency-Key was used for another request. Send a new key with new contents.',
    );

  try {
    const reply = await renderOutcome(route, () => work(makeWorkId(idempotencyId, fingerprint)));
    // A truncated reply would not be the first one; and repeating the work creates nothing new.
    if (isReplayable(reply)) await idempotencyRecords.finish(idempotencyId, reply);
    else await idempotencyRecords.forget(idempotencyId);
    return { rendered: reply };
  } catch (error) {
    await forget(idempotencyRecords, idempotencyId);
    throw error;
  }
};

const renderOutcome = async (route: Route, work: () => Promise<Reply>) => {
  try {
    return toStoredReply(render(route, await work()));
  } catch (error) {
    if (!(error instanceof Problem) || retryable.has(error.status)) throw error;
    return toStoredReply(renderProblem(error, route.code[1]));
  }
};

const retryable = new Set([400, 409, 413]);

const toStoredReply = ({ body, ...rest }: Outgoing) => {
  if (typeof body !== 'string') throw new Error('Bytes cannot be stored as a reply.');
  return { ...rest, body };
};

/** The first error is the one to report; a record that is not deleted expires in a minute. */
const forget = (idempotencyRecords: IdempotencyRecords, idempotencyId: string): Promise<void> =>
  idempotencyRecords.forget(idempotencyId).catch(() => undefined);

/** It includes the fingerprint: the same key for another request, days later, must create something else. */
const makeWorkId = (idempotencyId: string, fingerprint: string): string =>
  createHash('sha256').update(`${idempotencyId} ${fingerprint}`).digest('hex').slice(0, 32);

/**
 * The fingerprint of a form, computed when it is called: hashing megabytes takes time. It depends on
 * files and fields only, since each retry of a form has another boundary.
 */
export const fingerprintForm =
  ({ files, fields }: Pick<Form, 'files' | 'fields'>) =>
  (): string => {
    const parts = [
      files.map(({ filename, bytes }) => ['file', filename, sha256Hex(bytes)]),
      Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ];
    return sha256Hex(JSON.stringify(parts));
  };

/** The fingerprint of a JSON body, whatever the order of its properties. */
export const fingerprintJson = (body: Record<string, unknown>) => (): string =>
  sha256Hex(JSON.stringify(Object.entries(body).toSorted(([a], [b]) => (a < b ? -1 : 1))));

const sha256Hex = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');
