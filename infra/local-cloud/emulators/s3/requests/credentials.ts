import { createHmac, timingSafeEqual } from 'node:crypto';
import { S3Error } from '../s3-error.ts';

/** The one key that every request is signed with. */
export type AccessKey = {
  /** Without it any access key is taken; the secret must be right in either case. */
  accessKeyId?: string | undefined;
  secretAccessKey: string;
};

/** What a signature is made for: a day, a region and a service. */
export type Credential = { accessKeyId: string; scope: string };

/** Reads `key/20261121/us-east-1/s3/aws4_request`. */
export const parseCredential = (text = '', { accessKeyId: known }: AccessKey): Credential => {
  const [, accessKeyId = '', scope = '', service = ''] =
    /^(.+)\/(\d{8}\/[^/]+\/([^/]+)\/aws4_request)$/.exec(text) ?? [];
  if (service !== 's3') {
    throw new S3Error('AuthorizationHeaderMalformed', 'The authorization header is malformed.');
  }
  if (known !== undefined && accessKeyId !== known) {
    const message = 'The AWS Access Key Id you provided does not exist in our records.';
    throw new S3Error('InvalidAccessKeyId', message, { AWSAccessKeyId: accessKeyId });
  }
  return { accessKeyId, scope };
};

const hmac = (key: string | Buffer, text: string) =>
  createHmac('sha256', key).update(text).digest();

// The key of a day, a region and a service: the same for nearly every request.
let latest: { secret: string; scope: string; key: Buffer } = {
  secret: '',
  scope: '',
  key: Buffer.alloc(0),
};

const signingKey = (secret: string, scope: string): Buffer => {
  if (latest.scope !== scope || latest.secret !== secret) {
    const key = scope.split('/').reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`));
    latest = { secret, scope, key };
  }
  return latest.key;
};

/** The signature of a text, in hexadecimal. */
export const sign = (text: string, scope: string, { secretAccessKey }: AccessKey): string =>
  hmac(signingKey(secretAccessKey, scope), text).toString('hex');

/** Throws SignatureDoesNotMatch; compares in constant time. */
export const verifySignature = (
  text: string,
  signature: string,
  scope: string,
  key: AccessKey,
): void => {
  const expected = Buffer.from(sign(text, scope, key), 'hex');
  const given = Buffer.from(signature, 'hex');
  if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  throw new S3Error(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { StringToSign: text },
  );
};

export const accessDenied = (message = 'Access Denied'): S3Error =>
  new S3Error('AccessDenied', message);
