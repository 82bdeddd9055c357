import { ResponseLostError } from '#lib/edits/edit-picture.ts';
import { readAtMost } from '#lib/read-at-most.ts';
import { parseProviderRetryAfter } from '#lib/retry-after.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { systemErrorCode } from '#lib/system-error-code.ts';
import { annotateSpan, inSpan } from '#lib/tracing/spans.ts';
import { type CallOutcome, emitCall, emitUsage } from './emit-call.ts';
import { ProviderRefusalError, type Refusal } from './messages.ts';
import type { Provider } from './provider.ts';
import { classifyRefusal } from './refusal.ts';

export type Deps = { now: () => Date };

/** One request; without `url` it goes to the provider's own URL. */
export type ProviderRequest = {
  method?: 'GET' | 'POST';
  url?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer> | FormData;
  /** False for hosts that are not the provider's. */
  sendKey?: boolean;
};

export type ProviderResponse = { contentType: string; bytes: Buffer };

/** How much of a response is read, and what it is called beyond that. */
export type ResponseLimit = { maxBytes: number; refusal: Refusal };

/** As much of an error response as is read. */
const maxErrorBytes = 16 * 1024;

/**
 * Sends one request to a provider and returns its 2xx response. Throws RetryLaterError where a
 * retry may help (408, 409, 425, 429, 5xx, a timeout, a broken connection), ProviderRefusalError
 * where it will not, and ResponseLostError for an edit that may have been billed although its
 * response was lost. Follows no redirect, which would send the picture to another party, and throws
 * only errors made here: those of fetch and of clients carry requests with keys and pictures.
 */
export const sendRequest = (
  provider: Provider,
  request: ProviderRequest,
  limit: ResponseLimit,
  deps: Deps,
  signal?: AbortSignal,
): Promise<ProviderResponse> => {
  const { task, provider: name, model } = provider;
  const attributes = { 'gen_ai.provider.name': name, 'gen_ai.request.model': model };
  const counted = async () => {
    const startedAt = performance.now();
    const end = (outcome: CallOutcome) =>
      emitCall(provider, outcome, performance.now() - startedAt);
    try {
      const response = await send(provider, request, limit, deps, signal);
      end('answered');
      return response;
    } catch (error) {
      end(error instanceof ProviderRefusalError ? 'refused' : 'unavailable');
      throw error;
    }
  };
  return inSpan(`${task} by ${name}`, { kind: 'client', attributes }, counted);
};

const send = async (
  provider: Provider,
  { method = 'POST', url = provider.url, headers, body, sendKey = true }: ProviderRequest,
  { maxBytes, refusal }: ResponseLimit,
  { now }: Deps,
  // One timeout for connecting, waiting and reading, so that a slow trickle cannot outlive it.
  signal: AbortSignal = AbortSignal.timeout(provider.timeoutMs),
): Promise<ProviderResponse> => {
  const isBilled = provider.task === 'edit' && method === 'POST';
  const failed = (error: unknown) => {
    throw toConnectionError(provider, { error, signal, isBilled });
  };
  const allHeaders = {
    'user-agent': 'darkroom',
    // A reused connection may have died while a Lambda was frozen, and the request with it or not.
    ...(isBilled && { connection: 'close' }),
    ...headers,
    ...(sendKey && provider.key && { authorization: `Bearer ${provider.key()}` }),
  };
  const init = { method, headers: allHeaders, signal, redirect: 'manual' } as const;
  const response = await fetch(url, { ...init, ...(body && { body }) }).catch(failed);
  annotateSpan({ 'http.response.status_code': response.status });

  if (!response.ok) {
    const read = await readAtMost(maxErrorBytes, response.body).catch(() => undefined);
    const text = read?.bytes.toString('utf8') ?? '';
    const kind = classifyRefusal(provider, response.status, text);
    if (kind) throw new ProviderRefusalError(kind, provider, response.status);
    throw new RetryLaterError(
      `${provider.label} is busy or down (HTTP ${response.status}).`,
      parseProviderRetryAfter(response.headers, text, now()),
    );
  }

  const { bytes, truncated } = await readAtMost(maxBytes, response.body).catch(failed);
  if (truncated) throw new ProviderRefusalError(refusal, provider);
  return { contentType: response.headers.get('content-type') ?? '', bytes };
};

/**
 * The JSON of a response. Throws ProviderRefusalError where it is none: that mostly means a wrong
 * base URL, and every retry may cost money.
 */
export const parseJson = (provider: Provider, { bytes }: { bytes: Buffer }): unknown => {
  const text = bytes.toString('utf8');
  if (!text.trim()) throw new ProviderRefusalError('empty', provider);
  if (/^\s*</.test(text)) throw new ProviderRefusalError('web_page', provider);
  const json = parse(text);
  if (json === undefined) throw new ProviderRefusalError('malformed', provider);
  emitUsage(provider, json);
  return json;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Codes of failures before a single byte of the request was sent. */
const neverSent =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENETDOWN|UND_ERR_CONNECT_TIMEOUT|CERT_HAS_EXPIRED|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|ERR_TLS_CERT_ALTNAME_INVALID)$/;

/** A retry might be billed again where a request that is billed may have arrived. */
const toConnectionError = (
  provider: Provider,
  { error, signal, isBilled }: { error: unknown; signal: AbortSignal; isBilled: boolean },
): RetryLaterError | ResponseLostError => {
  const { label, settings } = provider;
  if (signal.aborted)
    return isBilled ? responseLost(provider) : new RetryLaterError(timeoutReason(provider));
  const code = systemErrorCode(error);
  const suffix = code ? ` (${code})` : '';
  return isBilled && !neverSent.test(code ?? '')
    ? responseLost(
        provider,
        `The connection to ${label} broke before its answer was whole${suffix}.`,
      )
    : new RetryLaterError(
        `The connection to ${label} failed${suffix}. If it goes on, check ${settings.baseUrl}.`,
      );
};

const timeoutReason = ({ label, timeoutMs }: Provider): string =>
  `${label} did not answer within ${timeoutMs / 1000} s.`;

/** For an edit that may have been billed although its picture never came, by default in time. */
export const responseLost = (
  provider: Provider,
  reason: string = timeoutReason(provider),
): ResponseLostError =>
  new ResponseLostError(
    `${reason} It may have been paid for all the same, so it is not retried automatically; start a new edit to try again.`,
  );
