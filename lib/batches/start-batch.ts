import { type Failure, failure } from '#lib/failure.ts';
import type { Objects } from '#lib/images/objects.ts';
import { checkReceiver, type ReceiverRules } from '#lib/webhooks/check-receiver.ts';
import { type Batch, inputKey, type Webhook } from './batch.ts';
import type { Batches } from './batches.ts';
import { type ColumnMeaning, type CsvErrors, csvErrorSentence, readCsv } from './csv/read-csv.ts';
import type { BatchQueues } from './messages.ts';

type Deps = ReceiverRules & {
  batches: Batches;
  derived: Objects;
  batchQueues: BatchQueues;
  now: () => Date;
};

export type BatchRequest = {
  /** Identifies the batch: the same one makes the same batch. `[A-Za-z0-9-]` */
  requestId: string;
  webhookUrl: string | undefined;
  baseUrl: string;
} & ({ filename: string; csv: Uint8Array } | { csvUrl: string });

/** The totals of a CSV, and all of its errors. */
export type CsvCheck = {
  totalProducts: number;
  totalImages: number;
  meanings: ColumnMeaning[];
  faults: CsvErrors;
};

/** Why no batch was started: the CSV has errors, which `check` lists. */
export type CsvFailure = Failure<'csv_errors'> & { check: CsvCheck };

/**
 * Checks a CSV without starting a batch. Throws the Problem that starting it would throw for its webhook.
 */
export const checkBatch = async (
  { csv, webhookUrl }: { csv: Uint8Array; webhookUrl: string | undefined },
  deps: ReceiverRules,
): Promise<CsvCheck> => {
  checkWebhook(webhookUrl, deps);
  return readCsv([csv]);
};

const checkWebhook = (url: string | undefined, rules: ReceiverRules): void => {
  if (url !== undefined) checkReceiver({ field: 'webhook_url', url }, rules);
};

/**
 * Starts a batch from a CSV of products: checks the whole file, so that all of its errors are reported at
 * once, stores it, and enqueues its expansion. A CSV at a URL is fetched in the background, and its
 * errors end the batch. Throws a Problem for a webhook that could never be delivered.
 */
export const startBatch = async (
  request: BatchRequest,
  deps: Deps,
): Promise<{ ok: true; batch: Batch } | CsvFailure> => {
  const { requestId, webhookUrl, baseUrl } = request;
  checkWebhook(webhookUrl, deps);
  const now = deps.now().toISOString();
  const started: Batch = {
    requestId,
    csvFilename: 'csv' in request ? request.filename : filenameFromUrl(request.csvUrl),
    ...('csvUrl' in request && { csvUrl: request.csvUrl }),
    baseUrl,
    createdAt: now,
    updatedAt: now,
    work: { state: 'expanding', written: 0, since: now },
    ...(webhookUrl !== undefined && { webhook: waiting(webhookUrl) }),
  };
  if (!('csv' in request)) return { ok: true, batch: await begin(started, deps) };

  const check = await readCsv([request.csv]);
  if (check.faults.faults.length)
    return { ...failure('csv_errors', csvErrorSentence(check.faults)), check };
  await deps.derived.write(inputKey(requestId), request.csv, { contentType: 'text/csv' });
  const total = { products: check.totalProducts, images: check.totalImages };
  return { ok: true, batch: await begin({ ...started, total }, deps) };
};

/** The batch may exist: the same request may have been killed before it could respond. */
const begin = async (batch: Batch, { batches, batchQueues }: Deps): Promise<Batch> => {
  await batches.save(undefined, batch);
  await batchQueues.expand({ request_id: batch.requestId });
  return batch;
};

const waiting = (url: string): Webhook => ({
  url,
  state: 'waiting',
  round: 1,
  tries: 0,
  attempts: [],
});

const filenameFromUrl = (url: string): string =>
  URL.parse(url)?.pathname.split('/').filter(Boolean).at(-1) ?? 'products.csv';
