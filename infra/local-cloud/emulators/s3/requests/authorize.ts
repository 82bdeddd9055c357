import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from '../s3-error.ts';
import {
  type AccessKey,
  accessDenied,
  type Credential,
  parseCredential,
  verifySignature,
} from './credentials.ts';
import { decodeUri, encodeUri, parseQuery, splitUrl } from './uri.ts';

/** What a signature covers, as it was received. */
export type SignedRequest = { method: string; url: string; headers: IncomingHttpHeaders };

/** A request whose signature is right. */
export type Authorization = {
  /** The hash of the body that was signed, or a word such as UNSIGNED-PAYLOAD. */
  payloadHash: string;
  scope: string;
  date: string;
  signature: string;
};

type Claim = {
  credential: Credential;
  date: string;
  signedHeaders: string[];
  signature: string;
  payloadHash: string;
};

const algorithm = 'AWS4-HMAC-SHA256';
const toleratedSkewMs = 15 * 60 * 1000;
const maxExpirySeconds = 7 * 24 * 60 * 60;

/**
 * Refuses a request that is anonymous, expired or not signed with the secret in version 4, be it in
 * its header or in its URL. The hash of the body is compared when the body is read.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 */
export const authorize = (request: SignedRequest, key: AccessKey, now: Date): Authorization => {
  const { path, search } = splitUrl(request.url);
  const query = parseQuery(search);
  const claim = request.headers.authorization
    ? headerClaim(request.headers, request.headers.authorization, key, now)
    : queryClaim(request.headers, new Map(query), key, now);
  checkSignedHeaders(request.headers, claim.signedHeaders);

  const headers = claim.signedHeaders.map((name) => {
    const value = String(request.headers[name] ?? '').trim();
    return `${name}:${value.replace(/ +/g, ' ')}\n`;
  });
  const canonicalRequest = [
    request.method,
    path.split('/').map(reencode).join('/'),
    canonicalQuery(query.filter(([name]) => name !== 'X-Amz-Signature')),
    headers.join(''),
    claim.signedHeaders.join(';'),
    claim.payloadHash,
  ].join('\n');
  const digest = createHash('sha256').update(canonicalRequest).digest('hex');
  const { scope } = claim.credential;
  const stringToSign = [algorithm, claim.date, scope, digest].join('\n');
  verifySignature(stringToSign, claim.signature, scope, key);
  const { payloadHash, date, signature } = claim;
  return { payloadHash, date, signature, scope };
};

const headerClaim = (
  headers: IncomingHttpHeaders,
  authorization: string,
  key: AccessKey,
  now: Date,
): Claim => {
  if (!authorization.startsWith(`${algorithm} `)) throw unsupportedMechanism();
  const field = (name: string) => new RegExp(`${name}=([^,\\s]+)`).exec(authorization)?.[1];
  const date = String(headers['x-amz-date'] ?? '');
  const payloadHash = headers['x-amz-content-sha256'];
  if (payloadHash === undefined) {
    const message = 'Missing required header for this request: x-amz-content-sha256';
    throw new S3Error('InvalidRequest', message);
  }
  if (!(Math.abs(now.getTime() - parseDate(date)) <= toleratedSkewMs)) {
    const message = 'The difference between the request time and the current time is too large.';
    throw new S3Error('RequestTimeTooSkewed', message);
  }
  return {
    credential: parseCredential(field('Credential'), key),
    date,
    signedHeaders: field('SignedHeaders')?.split(';') ?? [],
    signature: field('Signature') ?? '',
    payloadHash: String(payloadHash),
  };
};

const queryClaim = (
  headers: IncomingHttpHeaders,
  query: Map<string, string>,
  key: AccessKey,
  now: Date,
): Claim => {
  if (query.has('AWSAccessKeyId') && query.has('Signature')) throw unsupportedMechanism();
  const signature = query.get('X-Amz-Signature');
  if (!signature || query.get('X-Amz-Algorithm') !== algorithm) throw accessDenied();
  const date = query.get('X-Amz-Date') ?? '';
  const expirySeconds = Number(query.get('X-Amz-Expires') ?? Number.NaN);
  if (!(expirySeconds >= 0 && expirySeconds <= maxExpirySeconds)) {
    const message = 'X-Amz-Expires must be a number of seconds, at most a week';
    throw new S3Error('AuthorizationQueryParametersError', message);
  }
  const validFrom = parseDate(date);
  if (!(now.getTime() >= validFrom - toleratedSkewMs)) {
    throw accessDenied('Request is not yet valid');
  }
  if (now.getTime() > validFrom + expirySeconds * 1000) throw accessDenied('Request has expired');
  return {
    credential: parseCredential(query.get('X-Amz-Credential'), key),
    date,
    signedHeaders: query.get('X-Amz-SignedHeaders')?.split(';') ?? [],
    signature,
    payloadHash:
      query.get('X-Amz-Content-Sha256') ??
      String(headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD'),
  };
};

/**
 * Who holds a presigned URL may send what was signed and nothing more: an added
 * `x-amz-copy-source`, say, would read another object.
 */
const checkSignedHeaders = (headers: IncomingHttpHeaders, signedHeaders: string[]): void => {
  const isSigned = new Set(signedHeaders);
  const unsigned = Object.keys(headers).filter(
    (name) =>
      (name === 'host' || name.startsWith('x-amz-')) &&
      name !== 'x-amz-content-sha256' && // it is signed as the hash of the body
      !isSigned.has(name),
  );
  if (unsigned.length === 0) return;
  const message = 'There were headers present in the request which were not signed';
  throw new S3Error('AccessDenied', message, { HeadersNotSigned: unsigned.join(', ') });
};

const unsupportedMechanism = () =>
  new S3Error(
    'InvalidRequest',
    `The authorization mechanism you have provided is not supported. Please use ${algorithm}.`,
  );

// 20261121T053000Z
const parseDate = (date: string) =>
  Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

const canonicalQuery = (query: [string, string][]) =>
  query
    .map(([name, value]) => [encodeUri(name), encodeUri(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map((pair) => pair.join('='))
    .join('&');

const compare = (a: string, b: string) => Number(a > b) - Number(a < b);

// One client sends ( and another %28: both sign %28.
const reencode = (segment: string) => encodeUri(decodeUri(segment));
