import { closeBatch } from '#lib/batches/close-batch.ts';
import { expandBatch } from '#lib/batches/expand-batch.ts';
import type { FetchedFile } from '#lib/batches/fetch-file.ts';
import { giveUpExpansion } from '#lib/batches/give-up.ts';
import { giveUpOnRow, importRow } from '#lib/batches/import-row.ts';
import type { ImportMessage, WebhookMessage } from '#lib/batches/messages.ts';
import { recordOutcome } from '#lib/batches/record-outcome.ts';
import { resendWebhook } from '#lib/batches/resend-webhook.ts';
import { sendWebhook, type WebhookAnswer } from '#lib/batches/send-webhook.ts';
import { startBatch } from '#lib/batches/start-batch.ts';
import { sweepBatches } from '#lib/batches/sweep-batches.ts';
import { findBatch } from '#lib/batches/update-batch.ts';
import { type Failure, failure } from '#lib/failure.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { aDarkroom } from './app-harness.ts';
import { inMemoryBatchQueues } from './in-memory-batch-queues.ts';
import { inMemoryBatches } from './in-memory-batches.ts';
import { Killed, mortal } from './killable-process.ts';
import { linksTo } from './links-builder.ts';
import { queueOf } from './queue-of.ts';

/** What the web has at a URL: a text that stands for a picture or a CSV, or why there is none. */
type OnTheWeb = string | { refused: string } | RetryLaterError;

export const requestId = '0b9f4c52-7f36-4b6f-9a3c-2f8d6f5a1f1e';
const hookUrl = 'https://hook.example/';

/** A CSV of products, each with its URLs. */
export const csvOf = (...products: string[][]): string =>
  [
    'S. No.,Product Name,Input Image Urls',
    ...products.map((urls, index) => `${index + 1},SKU${index + 1},"${urls.join(',')}"`),
  ].join('\n');

/**
 * A whole batches room in memory, above a Darkroom: the real use cases over the fakes, with a clock
 * that a test moves, a web that it fills, and a process that it may kill at any write.
 */
export const aBatchRoom = () => {
  const darkroom = aDarkroom({ captions: false });
  const batchQueues = inMemoryBatchQueues();
  const { waiting } = batchQueues;
  const kept = inMemoryBatches();
  const life = mortal();
  const { reading, writing } = life;

  const images = darkroom.deps.images;
  darkroom.deps.images = { ...images, find: reading(images.find), save: writing(images.save) };
  const ofImages = darkroom.deps.stepQueues;
  darkroom.deps.stepQueues = {
    ...ofImages,
    enqueue: writing(ofImages.enqueue),
    enqueueOutcome: writing(ofImages.enqueueOutcome),
  };

  const incomingObjects: string[] = []; // S3's news
  const web = new Map<string, OnTheWeb>();
  const fetched: string[] = [];
  const fetchFile = reading(async (url: string): Promise<FetchedFile | Failure> => {
    fetched.push(url);
    const found = web.get(url) ?? `a picture from ${url}`;
    if (found instanceof RetryLaterError) throw found;
    if (typeof found !== 'string') return failure('not_fetched', found.refused);
    return { ok: true, bytes: Buffer.from(found), contentType: 'image/jpeg', finalUrl: url };
  });
  const receiver = {
    deliveries: [] as { id: string; url: string; body: string }[],
    /** What the receiver says to its n-th delivery, from 1. */
    answer: (_n: number): WebhookAnswer => ({ ok: true, status: 204 }),
  };

  const { originals, derived } = darkroom.deps;
  const deps = {
    batches: {
      ...kept.batches,
      find: reading(kept.batches.find),
      save: writing(kept.batches.save),
    },
    rows: {
      ...kept.rows,
      add: writing(kept.rows.add),
      find: reading(kept.rows.find),
      save: writing(kept.rows.save),
      counts: reading(kept.rows.counts),
    },
    images: darkroom.deps.images,
    originals: {
      ...originals,
      write: writing<Parameters<typeof originals.write>, string>(async (key, ...rest) => {
        incomingObjects.push(key);
        return originals.write(key, ...rest);
      }),
    },
    derived: { ...derived, write: writing(derived.write) },
    batchQueues: {
      expand: writing(batchQueues.expand),
      import: writing(batchQueues.import),
      close: writing(batchQueues.close),
      sendWebhook: writing(batchQueues.sendWebhook),
      areIdle: async () =>
        (await batchQueues.areIdle()) && incomingObjects.length + ofImages.outcomes.length === 0,
    },
    fetchCsv: fetchFile,
    fetchPicture: fetchFile,
    send: writing(async (delivery: { id: string; url: string; body: string }) => {
      receiver.deliveries.push(delivery);
      return receiver.answer(receiver.deliveries.length);
    }),
    canSign: true,
    schedule: [5, 60],
    links: linksTo,
    now: () => darkroom.deps.now(),
    pause: async () => {},
  };

  const work = {
    expand: (attempts = 1) => expandBatch({ request_id: requestId }, { attempts }, deps),
    import: (message: ImportMessage, attempts = 1) => importRow(message, { attempts }, deps),
    outcome: (key: string, imageId: string) =>
      recordOutcome({ key, image_id: imageId, request_id: requestId }, deps),
    close: () => closeBatch({ request_id: requestId }, deps),
    webhook: (message: WebhookMessage) => sendWebhook(message, deps),
  };
  /** As the consumer has it come back; what was not to be expected fails the test. */
  const onThrow = (error: Error) => {
    if (!(error instanceof Killed) && !('retryAfterSeconds' in error)) throw error;
    life.live();
    const seconds = 'retryAfterSeconds' in error ? error.retryAfterSeconds : undefined;
    darkroom.pass((Number(seconds) || 1) * 1000);
  };
  const queues = [
    queueOf(waiting.expand, (_, attempts) => work.expand(attempts), {
      onThrow,
      giveUp: (_, reason) => giveUpExpansion(requestId, { reason }, deps),
    }),
    queueOf(incomingObjects, (key) => darkroom.register(key), { onThrow }),
    queueOf(
      ofImages.asked,
      ({ step, message }, attempts) => darkroom.work(step, message, attempts),
      { onThrow, giveUp: ({ step, message }) => darkroom.giveUp(step, message) },
    ),
    queueOf(ofImages.outcomes, ({ key, image_id }) => work.outcome(key, image_id), { onThrow }),
    queueOf(waiting.import, work.import, {
      onThrow,
      giveUp: (message, reason) => giveUpOnRow(message, { reason }, deps),
    }),
    queueOf(waiting.close, () => work.close(), { onThrow }),
    queueOf(waiting.webhook, ({ message }) => work.webhook(message), {
      onThrow,
      before: ({ delaySeconds }) => darkroom.pass(delaySeconds * 1000),
    }),
  ];

  return {
    darkroom,
    deps,
    work,
    waiting,
    incomingObjects,
    outcomes: ofImages.outcomes,
    /** URLs in the order they were fetched, repeats included. */
    fetched,
    receiver,
    life,
    pass: darkroom.pass,
    serve: (url: string, what: OnTheWeb) => void web.set(url, what),
    /** Of a CSV, or of one behind a URL. */
    start: (source: string | { csvUrl: string }, { webhook = false }: { webhook?: boolean } = {}) =>
      startBatch(
        {
          requestId,
          baseUrl: 'https://api.example',
          webhookUrl: webhook ? hookUrl : undefined,
          ...(typeof source === 'string'
            ? { filename: 'products.csv', csv: Buffer.from(source) }
            : source),
        },
        deps,
      ),
    resend: () => resendWebhook(requestId, deps),
    sweep: () => sweepBatches(deps),
    batch: () => findBatch(requestId, { batches: kept.batches }),
    rows: async () => (await kept.rows.page(requestId, { limit: 10_000, after: 0 })).rows,
    counts: () => kept.rows.counts(requestId),
    file: async (key: string) => Buffer.from((await derived.read(key)) ?? []).toString(),
    /** Lets everybody do all there is to do, each message so many times. */
    finish: async ({ times = 1 } = {}) => {
      for (let isBusy = true; isBusy; ) {
        isBusy = false;
        for (const queue of queues) isBusy = (await queue.deliver(times)) || isBusy;
      }
    },
  };
};
export type BatchRoom = ReturnType<typeof aBatchRoom>;
