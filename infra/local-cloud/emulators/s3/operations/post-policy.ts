import * as z from 'zod';
import {
  type AccessKey,
  accessDenied,
  parseCredential,
  verifySignature,
} from '../requests/credentials.ts';
import { S3Error } from '../s3-error.ts';

/** How large the file of a form may be. */
export type SizeRange = { minBytes: number; maxBytes: number };

const defaultMaxBytes = 100 * 1024 * 1024; // without a content-length-range
const Size = z.coerce.number().int().nonnegative();
const Condition = z.union([
  z.tuple([z.literal('content-length-range'), Size, Size]),
  z.tuple([z.enum(['eq', 'starts-with']), z.string().startsWith('$'), z.string()]),
  z.record(z.string(), z.string()),
]);
const Policy = z.object({ expiration: z.iso.datetime(), conditions: z.array(Condition) });

// Fields that no condition needs to name.
const exempt = new Set(['policy', 'x-amz-signature', 'file']);

/**
 * Refuses a form whose policy is missing, forged or expired, or does not allow its fields, all of
 * which have lower-case names; gives what it allows the file to be.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
export const checkPolicy = (
  fields: ReadonlyMap<string, string>,
  { bucket, key, now }: { bucket: string; key: AccessKey; now: Date },
): SizeRange => {
  const encoded = fields.get('policy');
  if (!encoded) throw accessDenied();
  if (fields.has('awsaccesskeyid') && fields.has('signature')) {
    const message =
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.';
    throw new S3Error('InvalidRequest', message);
  }
  const { scope } = parseCredential(fields.get('x-amz-credential'), key);
  verifySignature(encoded, fields.get('x-amz-signature') ?? '', scope, key);
  const { expiration, conditions } = parsePolicy(encoded);
  if (Date.parse(expiration) < now.getTime()) {
    throw accessDenied('Invalid according to Policy: Policy expired.');
  }

  const range = { minBytes: 0, maxBytes: defaultMaxBytes };
  const named = new Set<string>();
  const check = (operator: 'eq' | 'starts-with', field: string, wanted: string) => {
    const name = field.toLowerCase();
    named.add(name);
    const value = name === 'bucket' ? bucket : (fields.get(name) ?? '');
    if (operator === 'eq' ? value === wanted : value.startsWith(wanted)) return;
    const condition = JSON.stringify([operator, `$${field}`, wanted]);
    throw accessDenied(`Invalid according to Policy: Policy Condition failed: ${condition}`);
  };
  for (const condition of conditions) {
    if (!Array.isArray(condition)) {
      for (const [field, wanted] of Object.entries(condition)) check('eq', field, wanted);
    } else if (condition[0] === 'content-length-range') {
      range.minBytes = Math.max(range.minBytes, condition[1]);
      range.maxBytes = Math.min(range.maxBytes, condition[2]);
    } else check(condition[0], condition[1].slice(1), condition[2]);
  }

  for (const name of fields.keys()) {
    if (named.has(name) || exempt.has(name) || name.startsWith('x-ignore-')) continue;
    throw accessDenied(`Invalid according to Policy: Extra input fields: ${name}`);
  }
  return range;
};

const parsePolicy = (encoded: string) => {
  const parsed = Policy.safeParse(parseJson(Buffer.from(encoded, 'base64').toString()));
  if (parsed.success) return parsed.data;
  throw new S3Error(
    'InvalidPolicyDocument',
    'The content of the form does not meet the conditions',
  );
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
