import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { Options } from './options.ts';

const Envelope = z.object({
  data: z.unknown(),
  error: z.string().nullable(),
  page: z.object({ next_cursor: z.string().nullable() }).optional(),
});
type Envelope = z.infer<typeof Envelope>;
/** What a success brought, and where the list goes on. */
type Answered<T> = { data: T; nextCursor: string | null };

/** The deployment did not do what it was asked; the message is for whoever asked. */
export class Refusal extends Error {
  /** What came with it. */
  readonly data: unknown;

  constructor(message: string, data?: unknown) {
    super(message);
    this.data = data;
  }
}

/** Sent as it is with each attempt: a deployment compares what comes under one Idempotency-Key. */
export type Sent = { headers: Record<string, string>; body: Uint8Array<ArrayBuffer> };

const busy = [408, 409, 425, 429, 502, 503, 504]; // 409 is "not now"
const longestWaitMs = 10_000;

/** A deployment as its callers see it: envelopes in, sentences out. */
export const deploymentAt = ({ url, key, patienceMs }: Options['deployment']) => {
  const headers = key === undefined ? undefined : { 'x-api-key': key };

  /** The first answer that is not "later", or the last one before patience ends. */
  const ask = async (path: string, sent?: Sent): Promise<Response> => {
    const until = performance.now() + patienceMs;
    for (let attempt = 0; ; attempt += 1) {
      const answer = await fetch(`${url}${path}`, {
        redirect: 'manual',
        ...(sent && { method: 'POST', body: sent.body }),
        headers: { ...headers, ...sent?.headers },
      }).catch(networkReason);
      if (typeof answer !== 'string' && !busy.includes(answer.status)) return answer;
      const waitMs = waitOf(answer, attempt);
      if (performance.now() + waitMs <= until) {
        if (typeof answer !== 'string') await answer.body?.cancel();
        await wait(waitMs);
      } else if (typeof answer !== 'string') return answer;
      else throw new Refusal(`${url} does not answer (${answer}). Is it running? See --url.`);
    }
  };

  const isForeign = (status: number) =>
    new Refusal(
      `${url} answered ${status}, but not as Darkroom does. Is --url right, and its stage?`,
    );

  const refusalOf = async (answer: Response): Promise<Refusal> => {
    const envelope = await envelopeOf(answer);
    if (!envelope) return isForeign(answer.status);
    return new Refusal(
      `${envelope.error ?? answer.statusText}${hints[answer.status] ?? ''}`,
      envelope.data,
    );
  };

  return {
    url,
    /** The data of a success, to a GET or to what is sent. Throws a Refusal. */
    json: async <T>(path: string, shape: z.ZodType<T>, sent?: Sent): Promise<Answered<T>> => {
      const answer = await ask(path, sent);
      if (!answer.ok) throw await refusalOf(answer);
      const envelope = await envelopeOf(answer);
      const data = shape.safeParse(envelope?.data);
      if (!data.success) throw isForeign(answer.status);
      return { data: data.data, nextCursor: envelope?.page?.next_cursor ?? null };
    },
    /** The body of a file, wherever the deployment keeps it. Throws a Refusal. */
    file: async (path: string): Promise<ReadableStream<Uint8Array>> => {
      const answer = await ask(path);
      const location = answer.headers.get('location');
      if (answer.status !== 302 || !location) {
        if (answer.ok && answer.body) return answer.body;
        throw await refusalOf(answer);
      }
      // Without our key: it is not meant for the store that this leads to.
      const found = await fetch(new URL(location, `${url}${path}`)).catch(networkReason);
      if (typeof found !== 'string' && found.ok && found.body) return found.body;
      const reason = typeof found === 'string' ? found : `it answered ${found.status}`;
      throw new Refusal(`The store of ${url} does not give it (${reason}).`);
    },
  };
};
export type Deployment = ReturnType<typeof deploymentAt>;

const hints: Record<number, string> = {
  403: ' Give the key of the deployment with --key.',
  413: ' Or put the CSV where the deployment can fetch it, and give its address instead of the file.',
};

const envelopeOf = async (answer: Response): Promise<Envelope | undefined> => {
  const text = await answer.text();
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

const waitOf = (answer: Response | string, attempt: number): number => {
  const asked = typeof answer === 'string' ? null : answer.headers.get('retry-after');
  if (asked && /^\d{1,5}$/.test(asked)) return Number(asked) * 1000;
  return Math.min(longestWaitMs, 250 * 2 ** attempt);
};
