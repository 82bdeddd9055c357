import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { refusal } from './refusal.ts';

/** What a signature covers, as it was received. */
export type SignedRequest = { method: string; url: string; headers: IncomingHttpHeaders };

const algorithm = 'AWS4-HMAC-SHA256';
const toleratedSkewMs = 15 * 60 * 1000;
const longestLifeSeconds = 7 * 24 * 60 * 60;

/**
 * Refuses a request that is anonymous, expired or not signed with the secret, be it in its header
 * or in its URL. s3rver checks no signatures of version 4. The body's own hash is not compared.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 */
export const authorise = (request: SignedRequest, secret: string, now: Date): void => {
  const [path = '/', search = ''] = request.url.split(/\?(.*)/s);
  const query = parametersOf(search);
  const claim = claimOf(request.headers, query, now);

  const headers = claim.signedHeaders.map((name) => {
    const value = String(request.headers[name] ?? '').trim();
    return `${name}:${value.replace(/ +/g, ' ')}\n`;
  });
  const canonical = [
    request.method,
    path.split('/').map(reencoded).join('/'),
    canonicalQuery(query.filter(([name]) => name !== 'X-Amz-Signature')),
    headers.join(''),
    claim.signedHeaders.join(';'),
    claim.payload,
  ].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const text = [algorithm, claim.date, scopeOf(claim.credential), digest].join('\n');
  if (!isSignedBy(secret, claim.credential, text, claim.signature)) throw badSignature();
};

type Credential = { day: string; region: string; service: string };
type Claim = {
  credential: Credential;
  date: string;
  signedHeaders: string[];
  signature: string;
  payload: string;
};

const claimOf = (headers: IncomingHttpHeaders, query: [string, string][], now: Date): Claim => {
  const parameter = (name: string) => query.find(([key]) => key === name)?.[1];
  const payload = String(headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD');
  if (headers.authorization) {
    const part = (name: string) =>
      new RegExp(`${name}=([^,\\s]+)`).exec(headers.authorization ?? '')?.[1];
    const date = String(headers['x-amz-date'] ?? '');
    if (!headers.authorization.startsWith(`${algorithm} `)) throw denied('Only AWS4-HMAC-SHA256.');
    if (!(Math.abs(now.getTime() - instantOf(date)) <= toleratedSkewMs)) {
      const message = 'The difference between the request time and the current time is too large.';
      throw refusal('RequestTimeTooSkewed', message);
    }
    const signature = part('Signature') ?? '';
    const signedHeaders = part('SignedHeaders')?.split(';') ?? [];
    return {
      credential: credentialOf(part('Credential')),
      date,
      signedHeaders,
      signature,
      payload,
    };
  }

  const signature = parameter('X-Amz-Signature');
  if (!signature || parameter('X-Amz-Algorithm') !== algorithm) throw denied('Access Denied');
  const date = parameter('X-Amz-Date') ?? '';
  const lifeSeconds = Number(parameter('X-Amz-Expires'));
  if (!(lifeSeconds >= 0 && lifeSeconds <= longestLifeSeconds)) {
    throw refusal('AuthorizationQueryParametersError', 'X-Amz-Expires must be less than a week.');
  }
  const startsAt = instantOf(date);
  if (!(now.getTime() >= startsAt - toleratedSkewMs)) throw denied('Request is not yet valid');
  if (now.getTime() > startsAt + lifeSeconds * 1000) throw denied('Request has expired');
  const signedHeaders = parameter('X-Amz-SignedHeaders')?.split(';') ?? [];
  return {
    credential: credentialOf(parameter('X-Amz-Credential')),
    date,
    signedHeaders,
    signature,
    payload: parameter('X-Amz-Content-Sha256') ?? payload,
  };
};

/** `key/20261121/us-east-1/s3/aws4_request`; which access key it is does not matter here. */
export const credentialOf = (text = ''): Credential => {
  const [, day = '', region = '', service = '', end] = text.split('/');
  if (end !== 'aws4_request') throw denied('The credential is malformed.');
  return { day, region, service };
};

const hmac = (key: string | Buffer, part: string) =>
  createHmac('sha256', key).update(part).digest();

// The key of a day, a region and a service: the same for nearly every request.
let latest: { scope: string; key: Buffer } = { scope: '', key: Buffer.alloc(0) };

const signingKey = (secret: string, credential: Credential): Buffer => {
  const scope = JSON.stringify([secret, scopeOf(credential)]);
  if (latest.scope !== scope) {
    const parts = scopeOf(credential).split('/');
    const key = parts.reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`));
    latest = { scope, key };
  }
  return latest.key;
};

/** Compares in constant time. */
export const isSignedBy = (
  secret: string,
  credential: Credential,
  text: string,
  signature: string,
): boolean => {
  const expected = hmac(signingKey(secret, credential), text);
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
};

export const badSignature = () =>
  refusal(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  );

const denied = (message: string) => refusal('AccessDenied', message);

const scopeOf = ({ day, region, service }: Credential) =>
  [day, region, service, 'aws4_request'].join('/');

// 20261121T053000Z
const instantOf = (date: string) =>
  Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

const parametersOf = (search: string): [string, string][] =>
  search
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      return [decoded(name), decoded(value)];
    });

const canonicalQuery = (query: [string, string][]) =>
  query
    .map(([name, value]) => [encoded(name), encoded(value)])
    .sort(([a, x], [b, y]) => compared(a, b) || compared(x, y))
    .map((pair) => pair.join('='))
    .join('&');

const compared = (a = '', b = '') => Number(a > b) - Number(a < b);

/** Throws InvalidURI where it is not UTF-8. */
export const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refusal('InvalidURI', "Couldn't parse the specified URI.");
  }
};

const encoded = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

// One may send ( and another %28: both are signed as %28.
const reencoded = (segment: string) => encoded(decoded(segment));
