import { cancelBatch } from '#lib/batches/cancel-batch.ts';
import { closeBatch } from '#lib/batches/close-batch.ts';
import { expandBatch } from '#lib/batches/expand-batch.ts';
import { giveUpExpansion } from '#lib/batches/give-up.ts';
import { giveUpOnRow, importRow } from '#lib/batches/import-row.ts';
import type { CloseMessage, ImportMessage, WebhookMessage } from '#lib/batches/messages.ts';
import { recordOutcome } from '#lib/batches/record-outcome.ts';
import { resendWebhook } from '#lib/batches/resend-webhook.ts';
import { sendWebhook } from '#lib/batches/send-webhook.ts';
import { startBatch } from '#lib/batches/start-batch.ts';
import { sweepBatches } from '#lib/batches/sweep-batches.ts';
import { findBatch } from '#lib/batches/update-batch.ts';
import { type Failure, failure } from '#lib/failure.ts';
import type { FetchedFile } from '#lib/fetch-file.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { explainUnusableUrl } from '#lib/web/unusable-url.ts';
import type { WebhookResponse } from '#lib/webhooks/attempt-delivery.ts';
import { appHarness } from './app-harness.ts';
import { inMemoryBatchQueues } from './in-memory-batch-queues.ts';
import { inMemoryBatches } from './in-memory-batches.ts';
import { inMemoryQueue } from './in-memory-queue.ts';
import { Killed, killableProcess } from './killable-process.ts';
import { linksTo } from './links-builder.ts';

/** The response of a URL: a text that stands for a picture or a CSV, or why there is none. */
type WebContent = string | { refused: string } | RetryLaterError;

export const requestId = '0b9f4c52-7f36-4b6f-9a3c-2f8d6f5a1f1e';
const hookUrl = 'https://hook.example/';

/** A CSV of products, each with its URLs. */
export const toCsv = (...products: string[][]): string =>
  [
    'S. No.,Product Name,Input Image Urls',
    ...products.map((urls, index) => `${index + 1},SKU${index + 1},"${urls.join(',')}"`),
  ].join('\n');

/**
 * Batches in memory, on top of appHarness: the real use cases with in-memory adapters, a clock that a
 * test moves, URLs that it serves, and a process that it may kill at any write.
 */
export const batchHarness = () => {
  const app = appHarness({ captions: false });
  const batchQueues = inMemoryBatchQueues();
  const { waiting } = batchQueues;
  const stored = inMemoryBatches();
  const worker = killableProcess();
  const { reading, writing } = worker;

  const images = app.deps.images;
  app.deps.images = { ...images, find: reading(images.find), save: writing(images.save) };
  const stepQueues = app.deps.stepQueues;
  app.deps.stepQueues = {
    ...stepQueues,
    enqueue: writing(stepQueues.enqueue),
    enqueueOutcome: writing(stepQueues.enqueueOutcome),
  };

  const incomingObjects: string[] = []; // S3 events
  const web = new Map<string, WebContent>();
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
    /** The receiver's response to its n-th delivery, from 1. */
    answer: (_n: number): WebhookResponse => ({ ok: true, status: 204 }),
  };

  const { originals, derived } = app.deps;
  const deps = {
    batches: {
      ...stored.batches,
      find: reading(stored.batches.find),
      save: writing(stored.batches.save),
    },
    rows: {
      ...stored.rows,
      add: writing(stored.rows.add),
      find: reading(stored.rows.find),
      save: writing(stored.rows.save),
      counts: reading(stored.rows.counts),
    },
    images: app.deps.images,
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
        (await batchQueues.areIdle()) && incomingObjects.length + stepQueues.outcomes.length === 0,
    },
    fetchCsv: fetchFile,
    fetchPicture: fetchFile,
    send: writing(async (delivery: { id: string; url: string; body: string }) => {
      receiver.deliveries.push(delivery);
      return receiver.answer(receiver.deliveries.length);
    }),
    canSign: true,
    explainUnusableUrl: explainUnusableUrl([]),
    schedule: [5, 60],
    random: () => 0,
    links: linksTo,
    now: () => app.deps.now(),
    pause: async () => {},
  };

  const work = {
    expand: (attempts = 1) => expandBatch({ request_id: requestId }, { attempts }, deps),
    import: (message: ImportMessage, attempts = 1) => importRow(message, { attempts }, deps),
    outcome: (key: string, imageId: string) =>
      recordOutcome({ key, image_id: imageId, request_id: requestId }, deps),
    close: (message: CloseMessage = { request_id: requestId }) => closeBatch(message, deps),
    webhook: (message: WebhookMessage) => sendWebhook(message, deps),
  };
  /** As the consumer retries a message; an unexpected error fails the test. */
  const onThrow = (error: Error) => {
    if (!(error instanceof Killed) && !('retryAfterSeconds' in error)) throw error;
    worker.restart();
    const seconds = 'retryAfterSeconds' in error ? error.retryAfterSeconds : undefined;
    app.pass((Number(seconds) || 1) * 1000);
  };
  const queues = [
    inMemoryQueue(waiting.expand, (_, attempts) => work.expand(attempts), {
      onThrow,
      giveUp: (_, reason) => giveUpExpansion(requestId, { reason }, deps),
    }),
    inMemoryQueue(incomingObjects, (key) => app.register(key), { onThrow }),
    inMemoryQueue(
      stepQueues.messages,
      ({ step, message }, attempts) => app.work(step, message, attempts),
      { onThrow, giveUp: ({ step, message }) => app.giveUp(step, message) },
    ),
    inMemoryQueue(stepQueues.outcomes, ({ key, image_id }) => work.outcome(key, image_id), {
      onThrow,
    }),
    inMemoryQueue(waiting.import, work.import, {
      onThrow,
      giveUp: (message, reason) => giveUpOnRow(message, { reason }, deps),
    }),
    inMemoryQueue(waiting.close, (message) => work.close(message), { onThrow }),
    inMemoryQueue(waiting.webhook, ({ message }) => work.webhook(message), {
      onThrow,
      before: ({ delaySeconds }) => app.pass(delaySeconds * 1000),
    }),
  ];

  return {
    app,
    deps,
    work,
    waiting,
    incomingObjects,
    outcomes: stepQueues.outcomes,
    /** URLs in the order they were fetched, repeats included. */
    fetched,
    receiver,
    worker,
    pass: app.pass,
    serve: (url: string, what: WebContent) => void web.set(url, what),
    /** With a CSV, or the URL of one. */
    start: (
      source: string | { csvUrl: string },
      { webhook = false }: { webhook?: boolean | string } = {},
    ) =>
      startBatch(
        {
          requestId,
          baseUrl: 'https://api.example',
          webhookUrl: webhook === true ? hookUrl : webhook || undefined,
          ...(typeof source === 'string'
            ? { filename: 'products.csv', csv: Buffer.from(source) }
            : source),
        },
        deps,
      ),
    cancel: () => cancelBatch(requestId, deps),
    resend: () => resendWebhook(requestId, deps),
    sweep: () => sweepBatches(deps),
    batch: () => findBatch(requestId, { batches: stored.batches }),
    rows: async () => (await stored.rows.page(requestId, { limit: 10_000, after: 0 })).rows,
    counts: () => stored.rows.counts(requestId),
    file: async (key: string) => Buffer.from((await derived.read(key)) ?? []).toString(),
    /** Delivers all messages, each `times` times. */
    finish: async ({ times = 1 } = {}) => {
      for (let isBusy = true; isBusy; ) {
        isBusy = false;
        for (const queue of queues) isBusy = (await queue.deliver(times)) || isBusy;
      }
    },
  };
};
export type BatchHarness = ReturnType<typeof batchHarness>;
