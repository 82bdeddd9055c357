import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { Options } from './options.ts';

const Envelope = z.object({
  data: z.unknown(),
  error: z.string().nullable(),
  page: z.object({ next_cursor: z.string().nullable() }).optional(),
});
type Envelope = z.infer<typeof Envelope>;
/** The data of a success, and the cursor of the next page. */
type Success<T> = { data: T; nextCursor: string | null };

/** The deployment refused a request or could not be reached. The message is for the terminal. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
  /** The data of the response. */
  readonly data: unknown;

  constructor(message: string, data?: unknown) {
    super(message);
    this.data = data;
  }
}

/** Identical in each attempt: a deployment compares the bodies of one Idempotency-Key. */
export type RequestBody = { headers: Record<string, string>; body: Uint8Array<ArrayBuffer> };

const busy = [408, 409, 425, 429, 502, 503, 504]; // 409 is "not now"
const maxWaitMs = 10_000;

/** An HTTP client of a deployment: envelopes in, sentences out. Requests are retried for `timeoutMs`. */
export const connectTo = (target: Options['deployment']) => {
  const { url } = target;
  const request = (path: string, sent?: RequestBody) => requestWithRetry(path, sent, target);
  return {
    url,
    /** The data of a success, to a GET or to what is sent. Throws a DeploymentError. */
    json: async <T>(path: string, shape: z.ZodType<T>, sent?: RequestBody): Promise<Success<T>> => {
      const response = await request(path, sent);
      if (!response.ok) throw await toError(response, url);
      const envelope = await parseEnvelope(response);
      const data = shape.safeParse(envelope?.data);
      if (!data.success) throw notDarkroom(url, response.status);
      return { data: data.data, nextCursor: envelope?.page?.next_cursor ?? null };
    },
    /** The body of a file, wherever the deployment stores it. Throws a DeploymentError. */
    file: async (path: string): Promise<ReadableStream<Uint8Array>> => {
      const response = await request(path);
      const location = response.headers.get('location');
      if (response.status !== 302 || !location) {
        if (response.ok && response.body) return response.body;
        throw await toError(response, url);
      }
      // Without the API key: it is not meant for the store that this leads to.
      const found = await fetch(new URL(location, `${url}${path}`)).catch(networkReason);
      if (typeof found !== 'string' && found.ok && found.body) return found.body;
      const reason = typeof found === 'string' ? found : `it answered ${found.status}`;
      throw new DeploymentError(`The file store of ${url} did not return it (${reason}).`);
    },
  };
};
export type Deployment = ReturnType<typeof connectTo>;

/** The first response that does not mean "later", or the last one before the timeout. */
const requestWithRetry = async (
  path: string,
  sent: RequestBody | undefined,
  { url, key, timeoutMs }: Options['deployment'],
): Promise<Response> => {
  const headers = { ...(key !== undefined && { 'x-api-key': key }), ...sent?.headers };
  const until = performance.now() + timeoutMs;
  for (let attempt = 0; ; attempt += 1) {
    const response = await fetch(`${url}${path}`, {
      redirect: 'manual',
      ...(sent && { method: 'POST', body: sent.body }),
      headers,
    }).catch(networkReason);
    if (typeof response !== 'string' && !busy.includes(response.status)) return response;
    const waitMs = retryDelayMs(response, attempt);
    if (performance.now() + waitMs <= until) {
      if (typeof response !== 'string') await response.body?.cancel();
      await wait(waitMs);
    } else if (typeof response !== 'string') return response;
    else
      throw new DeploymentError(`${url} does not answer (${response}). Is it running? See --url.`);
  }
};

const notDarkroom = (url: string, status: number) =>
  new DeploymentError(
    `${url} answered ${status}, but not as Darkroom does. Is --url right, and its stage?`,
  );

const toError = async (response: Response, url: string): Promise<DeploymentError> => {
  const envelope = await parseEnvelope(response);
  if (!envelope) return notDarkroom(url, response.status);
  return new DeploymentError(
    `${envelope.error ?? response.statusText}${hints[response.status] ?? ''}`,
    envelope.data,
  );
};

const hints: Record<number, string> = {
  403: ' Give the key of the deployment with --key.',
  413: ' Or put the CSV where the deployment can fetch it, and give its URL instead of the file.',
};

const parseEnvelope = async (response: Response): Promise<Envelope | undefined> => {
  const text = await response.text();
  try {
    return Envelope.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

/** Why fetch failed, which its own message does not say. */
export const networkReason = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause && typeof cause === 'object' && 'code' in cause ? cause.code : undefined;
  return String(code ?? (cause instanceof Error ? cause.message : error));
};

const retryDelayMs = (response: Response | string, attempt: number): number => {
  const retryAfter = typeof response === 'string' ? null : response.headers.get('retry-after');
  if (retryAfter && /^\d{1,5}$/.test(retryAfter)) return Number(retryAfter) * 1000;
  return Math.min(maxWaitMs, 250 * 2 ** attempt);
};
