import { DatabaseSync } from 'node:sqlite';
import { buildApp } from 'fauxqs';
import * as z from 'zod';
// fauxqs' own start function listens on every interface and cannot be told otherwise, so its parts
// are put together here; they are not among its exports.
import { PersistenceManager } from '../../../node_modules/fauxqs/dist/persistence.js';
import { S3Store } from '../../../node_modules/fauxqs/dist/s3/s3Store.js';
import { SnsStore } from '../../../node_modules/fauxqs/dist/sns/snsStore.js';
import { SqsQueue, SqsStore } from '../../../node_modules/fauxqs/dist/sqs/sqsStore.js';
import { loopback, type Running } from './loopback.ts';
import { onlySqs } from './sqs/only-sqs.ts';
import { takeMessages } from './sqs/take-messages.ts';

/** Where SQS answers, and where its messages live; without a folder they live in memory. */
export type SqsOptions = {
  port: number;
  folder?: string;
  /**
   * Gives messages that were in flight back at the start: for a stack whose workers die with it, so
   * that nobody can be at work on them.
   */
  releaseInFlight?: boolean;
};

/**
 * SQS by fauxqs, and nothing else that it knows: JSON protocol, long polls, delays, visibility
 * timeouts, dead-letter queues. Each message is in SQLite before it is answered; one that was in
 * flight when the process died comes back when its visibility timeout ends. It has no message move
 * tasks: a redrive receives from the dead-letter queue and sends to the other.
 */
export const startSqs = async ({
  port,
  folder,
  releaseInFlight = false,
}: SqsOptions): Promise<Running> => {
  const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  const persistence = folder === undefined ? undefined : new PersistenceManager(folder);
  if (persistence) {
    const { releaseAll } = mend(persistence);
    if (releaseInFlight) releaseAll();
    remember(persistence, stores);
  }

  const app = buildApp({ logger: false, stores });
  app.addHook('onRequest', onlySqs);
  if (persistence) app.addHook('onClose', async () => persistence.close());
  const url = await app.listen({ port, host: loopback }).catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  const stop = async () => void (await app.close());
  return { url, port: Number(new URL(url).port), stop };
};

type Stores = { sqsStore: SqsStore; snsStore: SnsStore; s3Store: S3Store };

const remember = (persistence: PersistenceManager, { sqsStore, snsStore }: Stores): void => {
  // Loaded first and watched afterwards: a watched store would write what it has just read.
  persistence.loadSqsAndSns(sqsStore, snsStore);
  sqsStore.persistence = persistence;
  for (const queue of sqsStore.allQueues()) queue.persistence = persistence;
};

const { dequeue } = SqsQueue.prototype;
Object.assign(SqsQueue.prototype, {
  dequeue(this: SqsQueue, ...[most, seconds, queueOf]: Parameters<SqsQueue['dequeue']>) {
    if (this.isFifo() || !queueOf) return dequeue.call(this, most, seconds, queueOf);
    const visibilitySeconds = seconds ?? Number(this.attributes['VisibilityTimeout']);
    return takeMessages(this, most, visibilitySeconds, queueOf);
  },
  /**
   * fauxqs wakes everybody who waits at a queue for each message, and sends all but one of them away
   * with nothing. Ours wakes as many as there are messages.
   */
  notifyWaiters(this: SqsQueue) {
    const awake = this.isFifo() ? this.pollWaiters.length : this.messages.length;
    for (const { timer, resolve } of this.pollWaiters.splice(0, awake)) {
      clearTimeout(timer);
      resolve();
    }
  },
});

const Opened = z.object({ db: z.instanceof(DatabaseSync) });

/**
 * fauxqs 2.4.1 gives a message back (visibility 0) by writing NULL where its own table wants a
 * number: the call fails, and the message is lost until a restart. Ours leaves the number alone, and
 * does not fail where the disk is full.
 *
 * It also syncs the disk for each message sent, received and deleted, while everybody waits. What a
 * killed process wrote is there without that; against a power cut the other emulators do not sync
 * either.
 */
const mend = (persistence: PersistenceManager) => {
  const { db: database } = Opened.parse(persistence);
  database.exec('PRAGMA synchronous = NORMAL');
  const giveBack = 'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL';
  const one = database.prepare(`${giveBack} WHERE message_id = ?`);
  persistence.updateMessageReady = (messageId) => {
    try {
      one.run(messageId);
    } catch (error) {
      // Here it is given back all the same; after a restart, when its visibility timeout ends.
      console.error('SQS emulator:', error);
    }
  };
  return { releaseAll: () => database.exec(giveBack) };
};
