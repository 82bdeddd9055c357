import { ProviderBusy } from '#lib/images/caption.ts';
import { type Provider, ProviderRefusal } from './provider.ts';
import { refusalReasonOf } from './refusal-reason.ts';
import { retryAfterOf } from './retry-after.ts';

export type Tools = { now: () => Date };

/** A caption is a sentence; no honest answer comes near this. */
const captionAnswerBytes = 64 * 1024;

/** As much of an error as is looked at. */
const errorBytes = 16 * 1024;

/**
 * Sends one POST to a provider and returns the body of its 2xx answer. Throws ProviderBusy for what
 * might pass (408, 409, 425, 429, 5xx, silence, a broken connection), ProviderRefusal for the rest.
 * Follows no redirect (the picture would go to somebody else), reads a bounded answer, and throws
 * only errors made here: those of fetch and of clients carry requests along, keys and pictures too.
 */
export const askProvider = async (
  provider: Provider,
  { contentType, body }: { contentType: string; body: string | Uint8Array<ArrayBuffer> },
  { now }: Tools,
  mostBytes = captionAnswerBytes,
): Promise<string> => {
  const { url, key, timeoutMs } = provider;
  // One clock for connecting, waiting and reading, so that a slow drip cannot outlive it.
  const signal = AbortSignal.timeout(timeoutMs);
  const headers = {
    accept: 'application/json',
    'content-type': contentType,
    'user-agent': 'darkroom',
    ...(key && { authorization: `Bearer ${key()}` }),
  };
  const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' })
    // undici's errors know no request, but their causes are not ours to promise for.
    .catch((error: unknown) => {
      throw brokenOf(provider, error, signal);
    });

  if (!response.ok) {
    const { text } = await readAtMost(errorBytes, response).catch(() => ({ text: '' }));
    const reason = refusalReasonOf(provider, response.status, text);
    if (reason) throw new ProviderRefusal(reason);
    throw new ProviderBusy(
      `${provider.label} is busy or down (HTTP ${response.status}).`,
      retryAfterOf(response.headers, text, now()),
    );
  }

  const { text, whole } = await readAtMost(mostBytes, response).catch((error: unknown) => {
    throw brokenOf(provider, error, signal);
  });
  if (!whole)
    throw new ProviderRefusal(
      `${provider.label} answered with more than ${Math.round(mostBytes / 1024)} KB, which is no caption. Check ${provider.settings.baseUrl}.`,
    );
  return text;
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

const readAtMost = async (
  most: number,
  response: Response,
): Promise<{ text: string; whole: boolean }> => {
  if (!response.body) return { text: '', whole: true };
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the stream, and with it the connection.
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    chunks.push(chunk);
    if (size > most) break;
  }
  return { text: Buffer.concat(chunks).toString('utf8', 0, most), whole: size <= most };
};

const brokenOf = (
  { label, timeoutMs, settings }: Provider,
  error: unknown,
  signal: AbortSignal,
): ProviderBusy => {
  if (signal.aborted)
    return new ProviderBusy(`${label} did not answer within ${timeoutMs / 1000} s.`);
  const code = codeOf(error);
  return new ProviderBusy(
    `The connection to ${label} failed${code ? ` (${code})` : ''}. If it goes on, check ${settings.baseUrl}.`,
  );
};

/** `ECONNREFUSED`, `UND_ERR_SOCKET`, …: a word of the system's, never the message it came with. */
const codeOf = (error: unknown): string | undefined => {
  const cause = error instanceof Error ? (error.cause ?? error) : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(code) ? code : undefined;
};
