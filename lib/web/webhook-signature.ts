import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';

/** A new random secret in the format of Standard Webhooks, which asks for 24 to 64 bytes. */
export const newSecret = (): string => `${prefix}${randomBytes(32).toString('base64')}`;

/** Whether a text may be WEBHOOK_SECRET: `whsec_` and the base64 of 24 to 64 bytes, or several of these, separated by commas. */
export const isSecret = (text: string): boolean => parseSecrets(text) !== undefined;

/**
 * The headers by which a receiver can verify the sender and the time of this body (Standard Webhooks
 * 1.0, symmetric: HMAC-SHA256 over `id.timestamp.body`). There is one signature for each secret,
 * separated by a space: while a secret is replaced, receivers that know either one can verify. Throws
 * where a secret is malformed.
 */
export const signWebhook = (
  secrets: string,
  { id, at, body }: { id: string; at: Date; body: string },
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> => {
  const keys = parseSecrets(secrets);
  if (!keys)
    throw new Error(
      'WEBHOOK_SECRET is not a webhook secret: it must be whsec_ and the base64 of 24 to 64 bytes.',
    );
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const content = `${id}.${timestamp}.${body}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': keys
      .map((key) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`)
      .join(' '),
  };
};

/** The keys of a list of secrets; undefined where there is none or one is malformed. */
const parseSecrets = (text: string): Buffer[] | undefined => {
  const secrets = text
    .split(',')
    .map((secret) => secret.trim())
    .filter(Boolean);
  const keys = secrets.map(parseSecret).filter((key) => key !== undefined);
  return keys.length > 0 && keys.length === secrets.length ? keys : undefined;
};

const parseSecret = (secret: string): Buffer | undefined => {
  if (!secret.startsWith(prefix)) return undefined;
  const base64 = secret.slice(prefix.length);
  const key = Buffer.from(base64, 'base64');
  // Buffer skips characters outside the alphabet, so the round trip shows whether there were any.
  const whole = key.toString('base64') === base64;
  return whole && key.length >= 24 && key.length <= 64 ? key : undefined;
};
