import { errors } from 'undici';
import { ConnectionFailed, codeOf, PrivateAddress, UnresolvedHost } from './guarded-agent.ts';

/** What went wrong on the way, as the end of a sentence that begins with the URL. */
export type Fault = {
  fault: string;
  mayPass: boolean;
  /** When the server itself expects it to have passed. */
  retryAfterSeconds?: number | undefined;
};

/**
 * Says what an error of resolving, connecting or reading means. `timedOut` says whether our own
 * clock ended it, after `timeoutMs`. What has no name here is our mistake and is thrown on.
 */
export const faultOf = (
  error: unknown,
  { timedOut, timeoutMs }: { timedOut: boolean; timeoutMs: number },
): Fault => {
  if (error instanceof PrivateAddress) return privateAddress(error);
  if (timedOut) return { fault: `did not finish within ${timeoutMs / 1000} s`, mayPass: true };
  if (error instanceof UnresolvedHost) return unresolved(error);
  if (error instanceof ConnectionFailed) return unconnected(error);
  const code = codeOf(error);
  if (error instanceof errors.HTTPParserError || nonsense.includes(code))
    return { fault: 'does not answer in proper HTTP', mayPass: false };
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT')
    return { fault: `did not finish within ${timeoutMs / 1000} s`, mayPass: true };
  if (brokenOff.includes(code))
    return { fault: `broke off in the middle of its answer (${code})`, mayPass: true };
  throw error;
};

/** Headers without end; and undici takes a status below 100 for its own mistake. */
const nonsense = ['UND_ERR_HEADERS_OVERFLOW', 'ERR_ASSERTION'];

/** A connection that was there and is not, or that ended before all that was announced. */
const brokenOff = [
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_INFO',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
];

const privateAddress = ({ written }: PrivateAddress): Fault => ({
  fault: `points to a private address${written ? ` (${written})` : ''}, which is not allowed`,
  mayPass: false,
});

const unresolved = ({ word }: UnresolvedHost): Fault =>
  ['ENOTFOUND', 'ENODATA', 'EAI_NODATA', 'EAI_NONAME', 'ENONAME'].includes(word)
    ? { fault: 'has a host name that does not exist', mayPass: false }
    : { fault: `has a host name that could not be looked up (${word})`, mayPass: true };

/** OpenSSL's words for certificates that prove nothing; the rest is a handshake that failed. */
const unproven = /CERT|SELF_SIGNED|UNABLE_TO_|^HOSTNAME_MISMATCH|CRL/;

const unconnected = ({ word }: ConnectionFailed): Fault => {
  if (unproven.test(word))
    return {
      fault: `cannot prove that it is who it says, by its certificate (${word})`,
      mayPass: false,
    };
  if (word === 'EPROTO' || /^ERR_(SSL|TLS)_/.test(word))
    return { fault: `does not speak HTTPS as we do (${word})`, mayPass: false };
  return { fault: `could not be connected to (${word})`, mayPass: true };
};
