import { ProviderBusy } from '#lib/images/caption.ts';
import { brokenOf } from './broken-connection.ts';
import { type Provider, ProviderRefusal } from './provider.ts';
import { refusalReasonOf } from './refusal-reason.ts';
import { waitAskedFor } from './retry-after.ts';

export type Tools = { now: () => Date };

/** A caption is a sentence; no honest answer comes near this. */
const captionAnswerBytes = 64 * 1024;

/** As much of an error as is looked at. */
const errorBytes = 16 * 1024;

/** One request; without `url` it goes to the provider's own address. */
export type Question = {
  method?: 'GET' | 'POST';
  url?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer> | FormData;
  /** Whether the key goes along, which it does unless told otherwise: not to another's host. */
  withKey?: boolean;
};

export type Answer = { contentType: string; bytes: Buffer };

/** How much of an answer is taken, and how a sentence "… answered with" goes on beyond that. */
export type Bound = { mostBytes: number; complaint: string };

/**
 * Sends one POST to a provider and returns the body of its 2xx answer as text. Throws as exchange
 * does.
 */
export const askProvider = async (
  provider: Provider,
  { contentType, body }: { contentType: string; body: string | Uint8Array<ArrayBuffer> },
  tools: Tools,
): Promise<string> => {
  const question = { headers: { accept: 'application/json', 'content-type': contentType }, body };
  const complaint = `more than ${captionAnswerBytes / 1024} KB, which is no caption. Check ${provider.settings.baseUrl}.`;
  const bound = { mostBytes: captionAnswerBytes, complaint };
  const { bytes } = await exchange(provider, question, bound, tools);
  return bytes.toString('utf8');
};

/**
 * Sends one request to a provider and returns its 2xx answer. Throws ProviderBusy for what might
 * pass (408, 409, 425, 429, 5xx, silence, a broken connection), ProviderRefusal for the rest; for
 * an edit that may have been paid for while its answer got lost, AnswerLost.
 * Follows no redirect (the picture would go to somebody else), reads a bounded answer, and throws
 * only errors made here: those of fetch and of clients carry requests along, keys and pictures too.
 */
export const exchange = async (
  provider: Provider,
  { method = 'POST', url = provider.url, headers, body, withKey = true }: Question,
  { mostBytes, complaint }: Bound,
  { now }: Tools,
  // One clock for connecting, waiting and reading, so that a slow drip cannot outlive it.
  signal: AbortSignal = AbortSignal.timeout(provider.timeoutMs),
): Promise<Answer> => {
  const isCostly = provider.task === 'edit' && method === 'POST';
  const broken = (error: unknown) => {
    throw brokenOf(provider, { error, signal, isCostly });
  };
  const sent = {
    'user-agent': 'darkroom',
    // A kept connection may have died while a Lambda slept, and then nobody knows what arrived.
    ...(isCostly && { connection: 'close' }),
    ...headers,
    ...(withKey && provider.key && { authorization: `Bearer ${provider.key()}` }),
  };
  const init = { method, headers: sent, ...(body !== undefined && { body }) };
  // undici's errors know no request, but their causes are not ours to promise for.
  const response = await fetch(url, { ...init, signal, redirect: 'manual' }).catch(broken);

  if (!response.ok) {
    const { bytes } = await readAtMost(errorBytes, response).catch(() => nothing);
    const text = bytes.toString('utf8');
    const reason = refusalReasonOf(provider, response.status, text);
    if (reason) throw new ProviderRefusal(reason);
    throw new ProviderBusy(
      `${provider.label} is busy or down (HTTP ${response.status}).`,
      waitAskedFor(response.headers, text, now()),
    );
  }

  const { bytes, whole } = await readAtMost(mostBytes, response).catch(broken);
  if (!whole) throw new ProviderRefusal(`${provider.label} answered with ${complaint}`);
  return { contentType: response.headers.get('content-type') ?? '', bytes };
};

/** The JSON of an answer. Garbage is a refusal: it mostly means a wrong address, and asking costs. */
export const jsonOf = (
  { label, settings }: Pick<Provider, 'label' | 'settings'>,
  text: string,
): unknown => {
  if (!text.trim()) throw new ProviderRefusal(`${label} gave an empty answer.`);
  if (/^\s*</.test(text))
    throw new ProviderRefusal(
      `${label} answered with a web page. Check that ${settings.baseUrl} is the address of its API.`,
    );
  try {
    return JSON.parse(text);
  } catch {
    throw new ProviderRefusal(
      `${label} gave an answer that cannot be read. Check that ${settings.baseUrl} is the address of its API.`,
    );
  }
};

const nothing = { bytes: Buffer.alloc(0), whole: true };

const readAtMost = async (
  most: number,
  response: Response,
): Promise<{ bytes: Buffer; whole: boolean }> => {
  if (!response.body) return nothing;
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the stream, and with it the connection.
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    chunks.push(chunk);
    if (size > most) break;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, most), whole: size <= most };
};
