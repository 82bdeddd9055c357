import { setTimeout as wait } from 'node:timers/promises';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { counterDifferences } from '#infra/cli/audit/counter-differences.ts';
import type { StoredRecords } from '#infra/cli/audit/stored-records.ts';
import { type Image, statusOf } from '#lib/images/image.ts';
import { stepNames } from '#lib/images/step.ts';
import { streamWorkers } from '#lib/queues.ts';
import type { Client } from '#test/e2e/client.ts';
import { eventually } from './eventually.ts';
import { waitMs } from './faults-timeouts.ts';

const queues = [
  'object-created',
  'fetch-image',
  'make-thumbnails',
  'read-exif',
  'write-caption',
  'record-outcome',
  'expand-batch',
  'import-row',
  'close-batch',
  'send-webhook',
  'run-edit',
  'deliver-event',
];
const betweenLooksMs = 150;

type Auditor = {
  storedRecords: () => Promise<Pick<StoredRecords, 'images' | 'rows' | 'counters'>>;
  audit: () => Promise<string[]>;
};

/** How deep the queues of a stack are, and how to wait until nothing is left to do. */
export const watchQueues = (client: Client, { storedRecords, audit }: Auditor) => {
  const urls = new Map<string, string>();
  const findQueueUrl = async (queue: string): Promise<string> => {
    const url = urls.get(queue) ?? (await client.queueUrl(queue));
    urls.set(queue, url);
    return url;
  };
  const readQueueDepth = async (queue: string): Promise<number> => {
    const { Attributes = {} } = await client.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: await findQueueUrl(queue),
        AttributeNames: [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          'ApproximateNumberOfMessagesDelayed',
        ],
      }),
    );
    return Object.values(Attributes).reduce((sum, depth) => sum + Number(depth), 0);
  };
  const depths = async (suffix = ''): Promise<Record<string, number>> => {
    const names = suffix ? [...queues, ...streamWorkers] : queues;
    const all = names.map(
      async (name) => [name, await readQueueDepth(`${name}${suffix}`)] as const,
    );
    return Object.fromEntries((await Promise.all(all)).filter(([, depth]) => depth > 0));
  };

  /** Waits until no message is left in any queue: seen twice, for one may slip past a single look. */
  const delivered = async (within = waitMs): Promise<void> => {
    let looks = 0;
    await eventually(
      async () => {
        const waiting = await depths();
        looks = Object.keys(waiting).length > 0 ? 0 : looks + 1;
        if (looks < 2) throw new Error(`Not delivered: ${JSON.stringify(waiting)}`);
      },
      { within, every: betweenLooksMs },
    );
  };

  /**
   * Also waits until no image is unfinished and all are counted. Throws early if no message is left and the unfinished
   * and uncounted images have not changed for `lostAfterMs`: no worker will ever finish them. After an outage the
   * reader of a stream waits before it tries again, so counters may come last.
   */
  const quiet = async ({ within = waitMs, lostAfterMs = 60_000 } = {}): Promise<void> => {
    const until = performance.now() + within;
    let stalled: { since: number; ids: string } | undefined;
    for (;;) {
      await delivered(Math.max(0, until - performance.now()));
      const stored = await storedRecords();
      const unfinished = stored.images.map(({ image }) => image).filter(isUnfinished);
      const uncounted = counterDifferences(stored);
      if (unfinished.length + uncounted.length === 0) return;
      const ids = [...unfinished.map(({ imageId }) => imageId), ...uncounted].join();
      const now = performance.now();
      if (stalled?.ids !== ids) stalled = { since: now, ids };
      if (now > Math.min(until, stalled.since + lostAfterMs))
        throw new Error(
          'No message is left. ' +
            `Unfinished: ${unfinished.map(describeImage).join('; ') || 'none'}. ` +
            `Dead letters: ${JSON.stringify(await depths('-dlq'))}. ` +
            `The audit: ${(await audit()).slice(0, 5).join(' ') || 'no differences'}`,
        );
      await wait(250);
    }
  };

  return {
    delivered,
    quiet,
    /** The number of messages in each dead-letter queue; empty ones are left out. */
    deadLetters: () => depths('-dlq'),
  };
};

const isUnfinished = (image: Image) =>
  !image.deleted && ['queued', 'processing'].includes(statusOf(image));

const describeImage = ({ key, imageId, rev, steps }: Image): string => {
  const states = stepNames.map((name) => `${name} ${steps[name].state}`);
  return `${key} (${imageId}, revision ${rev}): ${states.join(', ')}`;
};
