import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';

/** A new secret as Standard Webhooks writes it; 24 to 64 random bytes are asked for. */
export const newSecret = (): string => `${prefix}${randomBytes(32).toString('base64')}`;

/** Whether a text is `whsec_` and the base64 of 24 to 64 bytes. */
export const isSecret = (text: string): boolean => keyOf(text) !== undefined;

/**
 * The headers that let a receiver prove who sent this body, and when (Standard Webhooks 1.0,
 * symmetric: HMAC-SHA256 over `id.timestamp.body`). Throws where the secret is none.
 */
export const signatureOf = (
  secret: string,
  { id, at, body }: { id: string; at: Date; body: string },
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> => {
  const key = keyOf(secret);
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

const keyOf = (secret: string): Buffer | undefined => {
  if (!secret.startsWith(prefix)) return undefined;
  const base64 = secret.slice(prefix.length);
  const key = Buffer.from(base64, 'base64');
  // Buffer skips what is not base64; only what comes out the same went in whole.
  const whole = key.toString('base64') === base64;
  return whole && key.length >= 24 && key.length <= 64 ? key : undefined;
};
