import { heard, unheard } from './connection.ts';
import { keyHeaders, keyIsRefused } from './key.ts';

/** The server said no, in a sentence for people. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  /** What came with the refusal, such as the faults of a CSV. */
  readonly data: unknown;
  constructor(sentence: string, status: number, data?: unknown) {
    super(sentence);
    this.status = status;
    this.data = data;
  }
}

/** Nobody answered. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export type Page = { limit: number; next_cursor: string | null };
export type Answer<Data> = { data: Data; page: Page; status: number };
type Ask = {
  method?: 'GET' | 'POST' | 'DELETE';
  json?: unknown;
  form?: FormData;
  headers?: Record<string, string>;
  signal?: AbortSignal;
};

/** Relative to the page, so that it works below a stage's prefix too. */
export const addressOf = (path: string): string => new URL(path, document.baseURI).href;

const noPage: Page = { limit: 0, next_cursor: null };

/**
 * Asks the API. Rejects with Refused or Unreachable; where the stage is closed it waits until
 * somebody has given a key, and asks again.
 */
export const ask = async <Data>(path: string, wish: Ask = {}): Promise<Answer<Data>> => {
  const response = await send(path, wish);
  const envelope = await envelopeOf(response);
  if (response.ok && envelope) {
    // The same house wrote both ends: lib/api parses each answer on its way out.
    const { data, page = noPage } = envelope as Envelope & { data: Data };
    return { data, page, status: response.status };
  }
  throw new Refused(sentenceOf(response, envelope), response.status, envelope?.data);
};

/** A file behind the key: thumbnails, results. */
export const askBytes = async (path: string, signal?: AbortSignal): Promise<Blob> => {
  const response = await send(path, { ...(signal && { signal }) });
  if (response.ok) return response.blob();
  const envelope = await envelopeOf(response);
  throw new Refused(sentenceOf(response, envelope), response.status);
};

const send = async (path: string, wish: Ask): Promise<Response> => {
  const { method = 'GET', json, form, headers, signal } = wish;
  const given = keyHeaders();
  const response = await fetch(addressOf(path), {
    method,
    headers: {
      accept: 'application/json',
      ...given,
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
    ...(form && { body: form }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    unheard();
    throw new Unreachable('Darkroom cannot be reached.');
  });
  heard();
  if (response.status !== 403) return response;
  await keyIsRefused(given['x-api-key']);
  return send(path, wish);
};

type Envelope = { data?: unknown; page?: Page; error?: unknown };

const envelopeOf = (response: Response): Promise<Envelope | undefined> =>
  response.json().catch(() => undefined);

const sentenceOf = (response: Response, envelope: Envelope | undefined): string =>
  typeof envelope?.error === 'string'
    ? envelope.error
    : `The server answered ${response.status} without a reason.`;

/** What to show for an error of any kind. */
export const reasonOf = (error: unknown): string =>
  error instanceof Refused || error instanceof Unreachable
    ? error.message
    : 'Something went wrong in this page. Reload it and try again.';
