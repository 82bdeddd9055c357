import { z } from 'zod';
import type { Call } from './calls.ts';
import type { Chance } from './chance.ts';
import type { FaultConfig } from './fault-config.ts';

const Message = z.looseObject({ DelaySeconds: z.number().optional() });
const Batch = z.looseObject({ Entries: z.array(Message) });

/**
 * The bodies to send instead of one: several copies of a message, each with a random delay, so that
 * they overtake each other. No copy is sent before the delay that the sender set.
 */
export const planDeliveries = (
  { operation, name }: Call,
  body: Buffer,
  { copies, delaySeconds }: Pick<FaultConfig, 'copies' | 'delaySeconds'>,
  chance: Chance,
): Buffer[] => {
  const isSend = operation === 'SendMessage' || operation === 'SendMessageBatch';
  if (!isSend || (copies === 1 && delaySeconds === 0)) return [body];
  const later = <T extends z.infer<typeof Message>>(message: T): T => {
    const delay = Math.floor(chance(`delay ${name}`) * (delaySeconds + 1));
    return { ...message, DelaySeconds: Math.min(900, (message.DelaySeconds ?? 0) + delay) };
  };
  const input: unknown = JSON.parse(body.toString());
  // Mostly few and seldom many: each delivery may send on, so that they multiply from queue to queue.
  const times = 1 + Math.floor(chance(`copies ${name}`) ** 4 * copies);
  return Array.from({ length: times }, () => {
    if (operation === 'SendMessage') return toJsonBytes(later(Message.parse(input)));
    const batch = Batch.parse(input);
    return toJsonBytes({ ...batch, Entries: batch.Entries.map(later) });
  });
};

const Backoff = z.looseObject({ VisibilityTimeout: z.number() });

/** Divides the visibility timeout of a returned message by the time scale. */
export const withTimeScale = ({ operation }: Call, body: Buffer, timeScale: number): Buffer => {
  if (operation !== 'ChangeMessageVisibility' || timeScale === 1) return body;
  const input = Backoff.parse(JSON.parse(body.toString()));
  return toJsonBytes({
    ...input,
    VisibilityTimeout: Math.floor(input.VisibilityTimeout / timeScale),
  });
};

const toJsonBytes = (content: unknown): Buffer => Buffer.from(JSON.stringify(content));
