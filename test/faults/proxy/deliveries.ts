import { z } from 'zod';
import type { Call } from './calls.ts';
import type { Chance } from './chance.ts';
import type { FaultConfig } from './fault-config.ts';

const Message = z.looseObject({ DelaySeconds: z.number().optional() });
const Batch = z.looseObject({ Entries: z.array(Message) });

/**
 * The bodies to send instead of one: a message several times, each delayed by chance, so that they
 * overtake each other. One whose sender wants it later is not sent earlier.
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
  const asked: unknown = JSON.parse(body.toString());
  // Mostly few and seldom many: each delivery may send on, so that they multiply from queue to queue.
  const times = 1 + Math.floor(chance(`copies ${name}`) ** 4 * copies);
  return Array.from({ length: times }, () => {
    if (operation === 'SendMessage') return bytesOf(later(Message.parse(asked)));
    const batch = Batch.parse(asked);
    return bytesOf({ ...batch, Entries: batch.Entries.map(later) });
  });
};

const Backoff = z.looseObject({ VisibilityTimeout: z.number() });

/** A message given back comes sooner where all waits are shortened. */
export const withTimeScale = ({ operation }: Call, body: Buffer, timeScale: number): Buffer => {
  if (operation !== 'ChangeMessageVisibility' || timeScale === 1) return body;
  const asked = Backoff.parse(JSON.parse(body.toString()));
  return bytesOf({ ...asked, VisibilityTimeout: Math.floor(asked.VisibilityTimeout / timeScale) });
};

const bytesOf = (content: unknown): Buffer => Buffer.from(JSON.stringify(content));
