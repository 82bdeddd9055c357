import type { DeliveryOutcome } from '#lib/webhooks/attempt-delivery.ts';
import type { LogOptions } from './consumer.ts';

/**
 * What an attempt to deliver a webhook logs: a warning where the receiver refused it and it is tried again,
 * an error where it was the last.
 */
export const webhookLog: LogOptions<unknown, DeliveryOutcome | undefined> = {
  labels: { step: 'webhook' },
  outcome: (attempt) => {
    if (!attempt) return { fields: { state: 'stale' } };
    const { state, status, error } = attempt;
    const fields = { state, ...(status !== null && { status }), ...(error && { reason: error }) };
    if (!error) return { fields };
    return { fields, level: state === 'pending' ? 'warn' : 'error' };
  },
};
