import * as z from 'zod';
import { refusal } from './refusal.ts';
import { badSignature, credentialOf, isSignedBy } from './signature.ts';

/** How large the file of a form may be. */
export type SizeRange = { shortestBytes: number; longestBytes: number };

const largestUnstatedBytes = 100 * 1024 * 1024; // without a content-length-range
const Size = z.coerce.number().int().nonnegative();
const Condition = z.union([
  z.tuple([z.literal('content-length-range'), Size, Size]),
  z.tuple([z.enum(['eq', 'starts-with']), z.string().startsWith('$'), z.string()]),
  z.record(z.string(), z.string()),
]);
const Policy = z.object({ expiration: z.iso.datetime(), conditions: z.array(Condition) });

// Fields that no condition needs to name.
const unnamed = new Set(['policy', 'x-amz-signature', 'file']);

/**
 * Refuses a form whose policy is missing, forged or expired, or does not allow its fields, all of
 * which have lower-case names; gives what it allows the file to be.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
export const checkPolicy = (
  fields: ReadonlyMap<string, string>,
  { bucket, secret, now }: { bucket: string; secret: string; now: Date },
): SizeRange => {
  const encoded = fields.get('policy');
  if (!encoded) throw denied('A form without a policy may not post.');
  const credential = credentialOf(fields.get('x-amz-credential'));
  if (!isSignedBy(secret, credential, encoded, fields.get('x-amz-signature') ?? '')) {
    throw badSignature();
  }
  const { expiration, conditions } = policyOf(encoded);
  if (Date.parse(expiration) < now.getTime()) {
    throw denied('Invalid according to Policy: Policy expired.');
  }

  const range = { shortestBytes: 0, longestBytes: largestUnstatedBytes };
  const named = new Set<string>();
  const check = (operator: 'eq' | 'starts-with', field: string, wanted: string) => {
    const name = field.toLowerCase();
    named.add(name);
    const value = name === 'bucket' ? bucket : (fields.get(name) ?? '');
    if (operator === 'eq' ? value === wanted : value.startsWith(wanted)) return;
    const condition = JSON.stringify([operator, `$${field}`, wanted]);
    throw denied(`Invalid according to Policy: Policy Condition failed: ${condition}`);
  };
  for (const condition of conditions) {
    if (!Array.isArray(condition)) {
      for (const [field, wanted] of Object.entries(condition)) check('eq', field, wanted);
    } else if (condition[0] === 'content-length-range') {
      range.shortestBytes = Math.max(range.shortestBytes, condition[1]);
      range.longestBytes = Math.min(range.longestBytes, condition[2]);
    } else check(condition[0], condition[1].slice(1), condition[2]);
  }

  for (const name of fields.keys()) {
    if (named.has(name) || unnamed.has(name) || name.startsWith('x-ignore-')) continue;
    throw denied(`Invalid according to Policy: Extra input fields: ${name}`);
  }
  return range;
};

const policyOf = (encoded: string) => {
  const invalid = () => refusal('InvalidPolicyDocument', 'The policy cannot be read.');
  try {
    const policy = Policy.safeParse(JSON.parse(Buffer.from(encoded, 'base64').toString()));
    if (policy.success) return policy.data;
  } catch {
    throw invalid();
  }
  throw invalid();
};

const denied = (message: string) => refusal('AccessDenied', message);
