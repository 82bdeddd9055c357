import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { type BatchClient, createCsv } from '#test/e2e/batch-client.ts';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import type { Random } from './random.ts';

const queue = 'read-exif';

/** What clients were answered, and what they only requested. */
export type Ledger = {
  uploaded: Set<string>;
  deleted: Set<string>;
  maybeDeleted: Set<string>;
  batches: string[];
  /** Batches whose start was not answered, to be requested again as clients do. */
  unanswered: (() => Promise<void>)[];
  /** Bodies that no worker can read: in the end each is a dead letter. */
  messages: Set<string>;
};

export const openLedger = (): Ledger => ({
  uploaded: new Set(),
  deleted: new Set(),
  maybeDeleted: new Set(),
  batches: [],
  unanswered: [],
  messages: new Set(),
});

/** Some pictures, so that images share rendition sets. */
const drawSome = () =>
  Promise.all(
    Array.from({ length: 12 }, (_, n) => drawnJpeg({ width: 160, height: 120, seed: 90_000 + n })),
  );

/** One request after another, chosen at random, and recorded in the ledger once it was answered. */
export const openLoad = async (
  darkroom: BatchClient,
  { origin, random, ledger }: { origin: string; random: Random; ledger: Ledger },
) => {
  const pictures = await drawSome();
  const queueUrl = await darkroom.queueUrl(queue);
  const deadLetters = await darkroom.queueUrl(`${queue}-dlq`);
  let count = 0;

  const upload = async () => {
    const name = `durable-${count++}.jpg`;
    const { image_id } = await darkroom.uploadOne({ name, bytes: random.pick(pictures) });
    ledger.uploaded.add(image_id);
  };
  const remove = async () => {
    const left = [...ledger.uploaded].filter((id) => !ledger.maybeDeleted.has(id));
    if (left.length === 0) return upload();
    const id = random.pick(left);
    ledger.maybeDeleted.add(id);
    const { status } = await darkroom.call(`/api/images/${id}`, { method: 'DELETE' });
    if (status !== 200) throw new Error(`DELETE ${id}: ${status}`);
    ledger.deleted.add(id);
  };
  const startBatch = async () => {
    const number = count++;
    const urls = [0, 1, 2].map((at) => `${origin}/${at + (number % 6)}.jpg?batch=${number}`);
    const headers = { 'idempotency-key': `batch-${number}` };
    const start = async () => {
      ledger.batches.push(await darkroom.start(createCsv(urls), { headers }));
    };
    await start().catch((error: unknown) => {
      ledger.unanswered.push(start);
      throw error;
    });
  };
  const sendMessage = async () => {
    const MessageBody = `unreadable ${count++}`;
    await darkroom.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
    ledger.messages.add(MessageBody);
  };
  const moveDeadLetters = async (from: string) => {
    const { Attributes } = await darkroom.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: from, AttributeNames: ['QueueArn'] }),
    );
    const SourceArn = Attributes?.QueueArn;
    await darkroom.sqs.send(new StartMessageMoveTaskCommand({ SourceArn }));
  };

  return {
    /** Rejects where the stack does not answer, or not as it should. */
    act: (): Promise<void> => {
      const chance = random.next();
      if (chance < 0.25) return upload();
      if (chance < 0.5) return remove();
      if (chance < 0.55) return startBatch();
      return chance < 0.9 ? sendMessage() : moveDeadLetters(deadLetters);
    },
    /** Sends events of objects back, as `npm run redrive` does. */
    redrive: async (): Promise<void> =>
      moveDeadLetters(await darkroom.queueUrl('object-created-dlq')),
    /** Takes all dead letters out of their queue; returns their bodies. */
    takeDeadLetters: async (): Promise<Set<string>> => {
      const bodies = new Set<string>();
      const input = { QueueUrl: deadLetters, MaxNumberOfMessages: 10, VisibilityTimeout: 600 };
      for (;;) {
        const { Messages = [] } = await darkroom.sqs.send(new ReceiveMessageCommand(input));
        if (Messages.length === 0) return bodies;
        for (const { Body = '' } of Messages) bodies.add(Body);
      }
    },
  };
};
