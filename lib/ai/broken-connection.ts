import { ResponseLostError } from '#lib/edits/edit-picture.ts';
import { ProviderBusy } from '#lib/images/caption.ts';
import type { Provider } from './provider.ts';

type Fault = { error: unknown; signal: AbortSignal; isCostly: boolean };

/**
 * What silence or a fault of the connection is thrown as. Mostly it may pass; but where a costly
 * request may have arrived, asking again might cost again, so that is an AnswerLost.
 */
export const brokenOf = (
  provider: Provider,
  { error, signal, isCostly }: Fault,
): ProviderBusy | ResponseLostError => {
  const { label, settings } = provider;
  if (signal.aborted) {
    const silent = silenceOf(provider);
    return isCostly ? lost(silent) : new ProviderBusy(silent);
  }
  const code = codeOf(error);
  const inBrackets = code ? ` (${code})` : '';
  if (isCostly && !neverBegan.has(code ?? ''))
    return lost(`The connection to ${label} broke before its answer was whole${inBrackets}.`);
  return new ProviderBusy(
    `The connection to ${label} failed${inBrackets}. If it goes on, check ${settings.baseUrl}.`,
  );
};

export const silenceOf = ({ label, timeoutMs }: Provider): string =>
  `${label} did not answer within ${timeoutMs / 1000} s.`;

/** An edit that may have been paid for though its picture never came. */
export const lost = (reason: string): ResponseLostError =>
  new ResponseLostError(
    `${reason} It may have been paid for all the same, so it is not asked for again by itself; start a new edit to try once more.`,
  );

/** Faults before a single byte of the request has left. */
const neverBegan: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** `ECONNREFUSED`, `UND_ERR_SOCKET`, …: a word of the system's, never the message it came with. */
const codeOf = (error: unknown): string | undefined => {
  const cause = error instanceof Error ? (error.cause ?? error) : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(code) ? code : undefined;
};
