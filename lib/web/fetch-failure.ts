import { errors } from 'undici';
import { systemErrorCode } from '#lib/system-error-code.ts';
import {
  ConnectionFailedError,
  PrivateAddressError,
  UnresolvedHostError,
} from './guarded-agent.ts';

/** Why a request failed. */
export type FetchFailure = {
  /** The end of a sentence that begins with the URL. */
  failure: string;
  mayRetry: boolean;
  /** As the server asks. */
  retryAfterSeconds?: number | undefined;
};

/**
 * What an error of resolving, connecting or reading means. `timedOut` says whether our own timeout
 * of `timeoutMs` ended the request. An error that is not known here is a bug and is rethrown.
 */
export const explainFailure = (
  error: unknown,
  { timedOut, timeoutMs }: { timedOut: boolean; timeoutMs: number },
): FetchFailure => {
  if (error instanceof PrivateAddressError) return explainPrivateAddress(error);
  if (timedOut) return { failure: `did not finish within ${timeoutMs / 1000} s`, mayRetry: true };
  if (error instanceof UnresolvedHostError) return explainUnresolvedHost(error);
  if (error instanceof ConnectionFailedError) return explainConnection(error);
  const code = systemErrorCode(error) ?? 'UNKNOWN';
  if (error instanceof errors.HTTPParserError || malformedHttp.includes(code))
    return { failure: 'does not answer in proper HTTP', mayRetry: false };
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT')
    return { failure: `did not finish within ${timeoutMs / 1000} s`, mayRetry: true };
  if (interrupted.includes(code))
    return { failure: `broke off in the middle of its answer (${code})`, mayRetry: true };
  throw error;
};

/** Endless headers; and undici reports a status below 100 as an assertion of its own. */
const malformedHttp = ['UND_ERR_HEADERS_OVERFLOW', 'ERR_ASSERTION'];

/** A connection that broke, or that ended before all announced bytes were sent. */
const interrupted = [
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_INFO',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
];

const explainPrivateAddress = ({ written }: PrivateAddressError): FetchFailure => ({
  failure: `points to a private address${written ? ` (${written})` : ''}, which is not allowed`,
  mayRetry: false,
});

const explainUnresolvedHost = ({ code }: UnresolvedHostError): FetchFailure =>
  ['ENOTFOUND', 'ENODATA', 'EAI_NODATA', 'EAI_NONAME', 'ENONAME'].includes(code)
    ? { failure: 'has a host name that does not exist', mayRetry: false }
    : { failure: `has a host name that could not be looked up (${code})`, mayRetry: true };

/** OpenSSL's codes for invalid certificates; other codes mean that the handshake failed. */
const invalidCertificate = /CERT|SELF_SIGNED|UNABLE_TO_|^HOSTNAME_MISMATCH|CRL/;

const explainConnection = ({ reason: code }: ConnectionFailedError): FetchFailure => {
  if (invalidCertificate.test(code))
    return {
      failure: `cannot prove that it is who it says, by its certificate (${code})`,
      mayRetry: false,
    };
  if (code === 'EPROTO' || /^ERR_(SSL|TLS)_/.test(code))
    return { failure: `has no TLS version or cipher in common with us (${code})`, mayRetry: false };
  return { failure: `could not be connected to (${code})`, mayRetry: true };
};
