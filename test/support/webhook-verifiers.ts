import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import type { WebhookCall } from './webhook-receiver.ts';

type Call = Pick<WebhookCall, 'body' | 'headers'>;

/**
 * Verifies a received webhook with the libraries that receivers take: each returns the payload, and
 * throws where it does not trust it. svix 1.82 has a verifier of its own; later ones call standardwebhooks.
 */
export const verifyBy = {
  standardwebhooks: ({ body, headers }: Call, secret: string): unknown =>
    new StandardWebhook(secret).verify(body, signatureHeaders(headers)),
  svix: ({ body, headers }: Call, secret: string): unknown =>
    new SvixWebhook(secret).verify(body, signatureHeaders(headers)),
};

const signatureHeaders = (headers: Call['headers']) => ({
  'webhook-id': String(headers['webhook-id']),
  'webhook-timestamp': String(headers['webhook-timestamp']),
  'webhook-signature': String(headers['webhook-signature']),
});
