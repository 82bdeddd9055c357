import { markOffline, markOnline } from './connection.ts';
import { keyHeaders, waitForAnotherKey } from './key.ts';

/** The server refused the request, with a sentence to show. */
export class ApiError extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  /** The envelope's data, such as the errors of a CSV. */
  readonly data: unknown;
  constructor(sentence: string, status: number, data?: unknown) {
    super(sentence);
    this.status = status;
    this.data = data;
  }
}

/** No response. */
export class UnreachableError extends Error {
  override readonly name = 'Unreachable';
}

export type Page = { limit: number; next_cursor: string | null };
export type Answer<Data> = { data: Data; page: Page; status: number };
type RequestOptions = {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  json?: unknown;
  form?: FormData;
  headers?: Record<string, string>;
  signal?: AbortSignal;
};

/** Relative to the page, so that it works below a stage's prefix too. */
export const resolveUrl = (path: string): string => new URL(path, document.baseURI).href;

const noPage: Page = { limit: 0, next_cursor: null };

/**
 * Sends a request to the API. Throws ApiError or UnreachableError; on a closed stage it waits
 * until a key was entered, and sends it again.
 */
export const request = async <Data>(
  path: string,
  options: RequestOptions = {},
): Promise<Answer<Data>> => {
  const response = await send(path, options);
  const envelope = await parseEnvelope(response);
  if (response.ok && envelope) {
    // Not parsed here: the server parses each response before it is sent.
    const { data, page = noPage } = envelope as Envelope & { data: Data };
    return { data, page, status: response.status };
  }
  throw new ApiError(toSentence(response, envelope), response.status, envelope?.data);
};

/** A file that needs the key: originals, results. */
export const requestBlob = async (path: string, signal?: AbortSignal): Promise<Blob> => {
  const response = await send(path, { ...(signal && { signal }) });
  if (response.ok) return response.blob();
  const envelope = await parseEnvelope(response);
  throw new ApiError(toSentence(response, envelope), response.status);
};

const send = async (path: string, options: RequestOptions): Promise<Response> => {
  const { method = 'GET', json, form, headers, signal } = options;
  const given = keyHeaders();
  const response = await fetch(resolveUrl(path), {
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
    throw unreachable();
  });
  if (isFromProxy(response)) throw unreachable();
  markOnline();
  if (response.status !== 403) return response;
  await waitForAnotherKey(given['x-api-key']);
  return send(path, options);
};

const unreachable = (): UnreachableError => {
  markOffline();
  return new UnreachableError('Darkroom cannot be reached.');
};

/** What a proxy or a CDN answers in place of a server that is gone: ours always answers JSON. */
const isFromProxy = ({ status, headers }: Response): boolean =>
  status >= 502 && status <= 504 && !headers.get('content-type')?.includes('json');

type Envelope = { data?: unknown; page?: Page; error?: unknown };

const parseEnvelope = (response: Response): Promise<Envelope | undefined> =>
  response.json().catch(() => undefined);

const toSentence = (response: Response, envelope: Envelope | undefined): string =>
  typeof envelope?.error === 'string'
    ? envelope.error
    : `The server answered ${response.status} without a reason.`;

/** The sentence to show for an error of any kind. */
export const toMessage = (error: unknown): string =>
  error instanceof ApiError || error instanceof UnreachableError
    ? error.message
    : 'Something went wrong in this page. Reload it and try again.';
