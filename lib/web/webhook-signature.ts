import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';

/** A new random secret in the format of Standard Webhooks, which asks for 24 to 64 bytes. */
export const newSecret = (): string => `${prefix}${randomBytes(32).toString('base64')}`;

/** Whether a text is `whsec_` and the base64 of 24 to 64 bytes. */
export const isSecret = (text: string): boolean => parseSecret(text) !== undefined;

/**
 * The headers by which a receiver can verify the sender and the time of this body (Standard Webhooks
 * 1.0, symmetric: HMAC-SHA256 over `id.timestamp.body`). Throws where the secret is malformed.
 */
export const signWebhook = (
  secret: string,
  { id, at, body }: { id: string; at: Date; body: string },
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> => {
  const key = parseSecret(secret);
  if (!key)
    throw new Error(
      'WEBHOOK_SECRET is not a webhook secret: it must be whsec_ and the base64 of 24 to 64 bytes.',
    );
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
};

const parseSecret = (secret: string): Buffer | undefined => {
  if (!secret.startsWith(prefix)) return undefined;
  const base64 = secret.slice(prefix.length);
  const key = Buffer.from(base64, 'base64');
  // Buffer skips characters outside the alphabet, so the round trip shows whether there were any.
  const whole = key.toString('base64') === base64;
  return whole && key.length >= 24 && key.length <= 64 ? key : undefined;
};
