import { SqsError } from './sqs-error.ts';

export type Receipt = { queueId: number; sequence: number; nonce: string };

/** What a receiver shows to delete a message: the message's place, and which receipt it was. */
export const toReceiptHandle = ({ queueId, sequence, nonce }: Receipt): string =>
  Buffer.from(`${queueId}:${sequence}:${nonce}`).toString('base64url');

const pattern = /^(\d{1,15}):(\d{1,15}):([\w-]{36})$/;

/** Throws ReceiptHandleIsInvalid for what is no handle, or one of another queue. */
export const parseReceiptHandle = (handle: string, queueId: number): Receipt => {
  const text = Buffer.from(handle, 'base64url').toString('latin1');
  const [, queue, sequence, nonce = ''] = pattern.exec(text) ?? [];
  if (Number(queue) === queueId) return { queueId, sequence: Number(sequence), nonce };
  throw new SqsError(
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${handle.slice(0, 200)}" is not a valid receipt handle.`,
  );
};
