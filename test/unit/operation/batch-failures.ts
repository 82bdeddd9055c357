import { batchFailure } from '#lib/batches/batch.ts';
import { expandBatch } from '#lib/batches/expand-batch.ts';
import { giveUpOnRow, importRow } from '#lib/batches/import-row.ts';
import { ExpandMessage, ImportMessage } from '#lib/batches/messages.ts';
import { recordOutcome } from '#lib/batches/record-outcome.ts';
import { type Row, rowErrorCode } from '#lib/batches/row.ts';
import { sweepBatches } from '#lib/batches/sweep-batches.ts';
import type { FetchFile } from '#lib/fetch-file.ts';
import { fetchImage, giveUpFetch } from '#lib/images/fetch-image.ts';
import { FetchMessage, OutcomeMessage } from '#lib/images/messages.ts';
import { expandLog, importLog } from '#lib/queue/batch-log.ts';
import { maxReceiveCount } from '#lib/queue/consumer.ts';
import { fetchLog } from '#lib/queue/fetch-log.ts';
import { logSweptBatch } from '#lib/queue/sweep-log.ts';
import { publicFetch } from '#lib/web/public-fetch.ts';
import { batchHarness, requestId, toCsv } from '#test/support/batch-harness.ts';
import { startLoopbackServer } from '#test/support/loopback-server.ts';
import { importHarness } from '../batches/import-harness.ts';
import { fetchHarness } from '../images/fetch-harness.ts';
import { type FailureCase, readFailure } from './failure-case.ts';
import { deliver } from './worker.ts';

/** Fetches `path` from a host on loopback, which may be reached unless it is not allowed. */
const fetchFrom =
  (path: string, { isAllowed = true } = {}): FetchFile =>
  async () => {
    const { url, stop } = await startLoopbackServer((request, _, response) => {
      const status = request.url === '/missing' ? 404 : request.url === '/down' ? 503 : 200;
      response.writeHead(status).end('x'.repeat(2000));
    });
    const allowHosts = isAllowed ? [new URL(url).host] : [];
    try {
      return await publicFetch({ allowHosts, maxBytes: 1000, timeoutMs: 5000 })(`${url}${path}`);
    } finally {
      await stop();
    }
  };

const fetchPicture = (fetch: FetchFile, attempts?: number) => async () => {
  const harness = fetchHarness();
  const { deps } = harness;
  const { imageId } = await harness.request();
  await deliver(
    FetchMessage,
    deps.fetchQueue.messages.shift(),
    {
      work: (message, delivery) => fetchImage(message, delivery, { ...deps, fetchPicture: fetch }),
      giveUp: (message, last) => giveUpFetch(message, last, deps),
      log: fetchLog,
    },
    attempts,
  );
  return readFailure(await harness.image(imageId));
};

const importPicture = (fetch: FetchFile, attempts?: number) => async () => {
  const { deps, message, rows } = await importHarness('https://shop.example/a.jpg');
  await deliver(
    ImportMessage,
    message,
    {
      work: (one, delivery) => importRow(one, delivery, { ...deps, fetchPicture: fetch }),
      giveUp: (one, last) => giveUpOnRow(one, last, deps),
      log: importLog,
    },
    attempts,
  );
  return tellRow(await rows());
};

const tellRow = (rows: Row[]) => {
  const [image] = rows.flatMap(({ images }) => images);
  if (image?.state !== 'failed') throw new Error(`The picture is ${image?.state}.`);
  return { code: rowErrorCode(image), reason: image.reason };
};

const expand = (answer: string | { refused: string }) => async () => {
  const harness = batchHarness();
  const csvUrl = 'https://shop.example/all.csv';
  harness.serve(csvUrl, answer);
  await harness.start({ csvUrl });
  const work = (message: ExpandMessage, delivery: { attempts: number }) =>
    expandBatch(message, delivery, harness.deps);
  await deliver(ExpandMessage, { request_id: requestId }, { work, log: expandLog });
  const failure = batchFailure(await harness.batch());
  return { code: failure?.code ?? null, reason: failure?.error ?? null };
};

const byUrl = {
  where: 'image `failed`',
  code: 'not_fetched',
  log: 'WARN fetch: message handled',
  metric: 'Pictures status=failed',
  alarm: 'FailedPicturesAlarm',
} as const;
const ofRow = {
  where: 'picture of the batch `failed`',
  code: 'not_fetched',
  log: 'WARN import: message handled',
  metric: null,
  alarm: null,
} as const;
const ofCsv = { ...ofRow, where: 'batch `failed`', log: 'WARN expand: message handled' } as const;

export const fetchFailures: readonly FailureCase[] = [
  {
    ...byUrl,
    what: 'the URL of a picture answers 404',
    happens: fetchPicture(fetchFrom('/missing')),
  },
  {
    ...byUrl,
    what: 'the URL leads to a private address',
    happens: fetchPicture(fetchFrom('/', { isAllowed: false })),
  },
  { ...byUrl, what: 'the URL has too many bytes', happens: fetchPicture(fetchFrom('/large')) },
  {
    ...byUrl,
    what: 'the URL answers 503 four times',
    happens: fetchPicture(fetchFrom('/down'), 4),
  },
  {
    ...ofRow,
    what: 'a URL in a CSV answers 404',
    happens: importPicture(fetchFrom('/missing')),
  },
  {
    ...ofRow,
    what: 'a URL in it leads to a private address',
    happens: importPicture(fetchFrom('/', { isAllowed: false })),
  },
  {
    ...ofRow,
    what: 'a URL in it has too many bytes',
    happens: importPicture(fetchFrom('/large')),
  },
  {
    ...ofRow,
    what: 'the bucket fails while a row is fetched, eight times',
    ...{ code: 'retries_exhausted', log: 'ERROR import: message given up' },
    alarm: 'ImportRowDlqDepthAlarm',
    happens: importPicture(async () => {
      throw new Error('connect ECONNREFUSED');
    }, maxReceiveCount),
  },
  {
    ...ofCsv,
    what: 'the URL of a CSV answers 404',
    happens: expand({ refused: 'shop.example answers 404.' }),
  },
  {
    ...ofCsv,
    what: 'the CSV at a URL has errors',
    code: 'invalid_csv',
    happens: expand('no,csv\n'),
  },
  {
    ...ofCsv,
    what: 'no worker reads a CSV to its end',
    ...{ code: 'retries_exhausted', log: 'ERROR batch: batch given up' },
    alarm: 'ExpandBatchFunctionAlarm',
    happens: async () => {
      const harness = batchHarness();
      await harness.start(toCsv(['https://shop.example/a.jpg']));
      for (const _ of ['requested again', 'given up']) {
        harness.waiting.expand.length = 0;
        harness.pass(5 * 60_000);
        await sweepBatches({ ...harness.deps, onSwept: logSweptBatch });
      }
      const failure = batchFailure(await harness.batch());
      return { code: failure?.code ?? null, reason: failure?.error ?? null };
    },
  },
  {
    ...ofRow,
    what: 'a client deletes the image of a row',
    ...{ code: 'image_deleted', log: 'INFO message handled' },
    happens: async () => {
      const harness = batchHarness();
      await harness.start(toCsv(['https://shop.example/a.jpg']));
      await harness.work.expand();
      for (const message of harness.waiting.import.splice(0)) await harness.work.import(message);
      for (const key of harness.incomingObjects.splice(0)) await harness.app.register(key);
      const [image] = harness.app.deps.images.all();
      await harness.app.remove(image?.imageId ?? '');
      const message = { key: image?.key, image_id: image?.imageId, request_id: requestId };
      const work = (one: OutcomeMessage) => recordOutcome(one, harness.deps);
      await deliver(OutcomeMessage, message, { work });
      return tellRow(await harness.rows());
    },
  },
  {
    ...byUrl,
    what: 'a client cancels the batch of a picture',
    ...{ code: 'batch_cancelled', log: 'INFO picture failed', alarm: null },
    happens: async () => {
      const harness = batchHarness();
      await harness.start(toCsv(['https://shop.example/a.jpg']));
      await harness.work.expand();
      for (const message of harness.waiting.import.splice(0)) await harness.work.import(message);
      for (const key of harness.incomingObjects.splice(0)) await harness.app.register(key);
      await harness.cancel();
      await harness.work.close();
      const [image] = harness.app.deps.images.all();
      if (!image) throw new Error('There is no image.');
      return readFailure(image);
    },
  },
];
