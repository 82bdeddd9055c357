import { randomUUID } from 'node:crypto';

/** What clients know: the confirmed requests, and those without a response. */
export type Ledger = {
  sent: Set<string>;
  maybeSent: Set<string>;
  deleted: Set<string>;
  maybeDeleted: Set<string>;
};

export const openLedger = (): Ledger => ({
  sent: new Set(),
  maybeSent: new Set(),
  deleted: new Set(),
  maybeDeleted: new Set(),
});

type Load = { queue: string; deadLetters: string; ledger: Ledger; round: number };
type Received = { Body: string; ReceiptHandle: string }[];

/**
 * Sends, receives, deletes, gives back and moves to the dead letters on several connections at once,
 * until the server no longer answers. By plain requests, which leave more of the CPU to the server.
 */
export const runLoad = async (url: string, { queue, deadLetters, ledger, round }: Load) => {
  const call = async (operation: string, input: object): Promise<{ Messages?: Received }> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `AmazonSQS.${operation}`,
      },
      body: JSON.stringify(input),
    });
    if (!response.ok) throw new RefusedError(await response.text());
    return (await response.json()) as { Messages?: Received };
  };
  const untilGone = async (work: () => Promise<void>) => {
    for (;;)
      try {
        await work();
      } catch (error) {
        if (error instanceof RefusedError) throw error;
        return; // killed
      }
  };

  const sender = () =>
    untilGone(async () => {
      const bodies = Array.from({ length: 3 }, () => `${round}:${randomUUID()}`);
      for (const body of bodies) ledger.maybeSent.add(body);
      const [one, ...others] = bodies;
      await call('SendMessage', { QueueUrl: queue, MessageBody: one });
      ledger.sent.add(String(one));
      const Entries = others.map((MessageBody, at) => ({ Id: String(at), MessageBody }));
      await call('SendMessageBatch', { QueueUrl: queue, Entries });
      for (const body of others) ledger.sent.add(body);
    });

  // Half of what is received is deleted; the rest is given back, and in the end a dead letter.
  const receiver = (QueueUrl: string) =>
    untilGone(async () => {
      const input = { QueueUrl, MaxNumberOfMessages: 5, VisibilityTimeout: 30, WaitTimeSeconds: 1 };
      const { Messages = [] } = await call('ReceiveMessage', input);
      for (const { Body, ReceiptHandle } of Messages) {
        if (Math.random() < 0.5) {
          await call('ChangeMessageVisibility', { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
          continue;
        }
        ledger.maybeDeleted.add(Body);
        await call('DeleteMessage', { QueueUrl, ReceiptHandle });
        ledger.deleted.add(Body);
      }
    });

  await Promise.all([sender(), sender(), receiver(queue), receiver(queue), receiver(deadLetters)]);
};

class RefusedError extends Error {
  override readonly name = 'RefusedError';
}
