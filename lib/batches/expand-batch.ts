import type { ErrorCode } from '#lib/error-codes.ts';
import { type Failure, failure } from '#lib/failure.ts';
import { type FetchFile, fetchWithRetry } from '#lib/fetch-file.ts';
import type { Objects } from '#lib/images/objects.ts';
import { advanceBatch } from './advance-batch.ts';
import { type Batch, csvErrorsKey, inputKey } from './batch.ts';
import type { Batches, Rows } from './batches.ts';
import { csvErrorSentence } from './csv/csv-errors.ts';
import { type Product, readCsv } from './csv/read-csv.ts';
import type { BatchQueues, ExpandMessage, ImportMessage } from './messages.ts';
import type { Row } from './row.ts';
import { updateBatch } from './update-batch.ts';

type Deps = {
  batches: Batches;
  rows: Rows;
  derived: Objects;
  batchQueues: BatchQueues;
  fetchCsv: FetchFile;
  now: () => Date;
};

type Total = { products: number; images: number };

/** The batch as a message left it, and whether that was the message's doing: it may be delivered twice. */
export type ExpandEnded = { batch: Batch | undefined; changed: boolean };

/** How long a message may run before it hands over to the next: far below the function's timeout. */
const maxRunMs = 15_000;
/** Rows between two checkpoints. After a kill in between they are written again, which changes nothing. */
const chunkSize = 500;
/** URLs that one message fetches, so that a row with many stays within the function's timeout. */
export const urlsPerMessage = 8;

/**
 * Writes the rows of a batch and enqueues their import. Rows come first, then the checkpoint, then their
 * messages: when resumed, it enqueues the last existing rows once more, and a second import does
 * nothing.
 */
export const expandBatch = async (
  { request_id: requestId }: ExpandMessage,
  delivery: { attempts: number },
  deps: Deps,
): Promise<ExpandEnded> => {
  const { batches, derived, batchQueues } = deps;
  const batch = (await batches.find(requestId))?.batch;
  if (batch?.work.state !== 'expanding') {
    if (batch) await advanceBatch(batch, deps); // delivered twice
    return { batch, changed: false };
  }

  const csv = await readInput(batch, delivery, deps);
  if (!csv.ok) return refuse(requestId, { code: 'not_fetched', reason: csv.reason }, deps);

  const total = batch.total ?? (await check(csv.bytes));
  if ('faults' in total) {
    await derived.write(csvErrorsKey(requestId), Buffer.from(JSON.stringify(total)), {
      contentType: 'application/json',
    });
    return refuse(requestId, { code: 'invalid_csv', reason: csvErrorSentence(total) }, deps);
  }

  if (!batch.total) {
    const { batch: known } = await checkpoint(requestId, { written: 0, total }, deps);
    // Cancelled while the CSV was fetched.
    if (known?.work.state !== 'expanding') return { batch: known, changed: false };
  }

  const isComplete = await writeRows(
    csv.bytes,
    { requestId, total, resumeAt: batch.work.written, cancelledAt: batch.cancelledAt },
    deps,
  );
  if (!isComplete) {
    await batchQueues.expand({ request_id: requestId });
    return { batch, changed: true };
  }
  const ended = await updateBatch(
    requestId,
    ({ requeuedAt: _, ...known }) =>
      known.work.state === 'expanding'
        ? { ...known, total, work: { state: 'running', since: deps.now().toISOString() } }
        : undefined,
    deps,
  );
  return advance(ended, deps);
};

const advance = async (ended: ExpandEnded, deps: Deps): Promise<ExpandEnded> => {
  if (ended.batch) await advanceBatch(ended.batch, deps);
  return ended;
};

type Resumed = {
  requestId: string;
  total: Total;
  resumeAt: number;
  cancelledAt: string | undefined;
};

/** Writes and enqueues rows from the checkpoint on; false where time ran out before the last. */
const writeRows = async (
  csv: Uint8Array,
  { requestId, total, resumeAt, cancelledAt }: Resumed,
  deps: Deps,
): Promise<boolean> => {
  const deadline = deps.now().getTime() + maxRunMs;
  let number = 0;
  let isLate = false;
  let chunk: Row[] = [];
  const flush = async () => {
    const last = chunk.at(-1)?.number ?? 0;
    // Those below the checkpoint exist; their messages may not have been sent.
    const exists = last <= resumeAt;
    if (exists && last <= resumeAt - chunkSize) return;
    let isCancelled = cancelledAt !== undefined;
    if (!exists) {
      await deps.rows.add(requestId, chunk);
      const { batch: known } = await checkpoint(requestId, { written: last, total }, deps);
      if (known?.work.state !== 'expanding') return; // another worker has finished it, or given it up
      isCancelled = known.cancelledAt !== undefined;
    }
    if (isCancelled) return; // its rows are written all the same: the results name every product
    await deps.batchQueues.import(chunk.flatMap((row) => toImportMessages(requestId, row)));
  };
  await readCsv([csv], async (products) => {
    for (const product of products) {
      if (isLate) return; // the next message continues from the checkpoint
      chunk.push(toRow(product, ++number));
      if (chunk.length < chunkSize) continue;
      await flush();
      chunk = [];
      isLate = deps.now().getTime() > deadline;
    }
  });
  if (!isLate && chunk.length) await flush();
  return !isLate;
};

const readInput = async (
  { requestId, csvUrl }: Batch,
  delivery: { attempts: number },
  { derived, fetchCsv }: Deps,
): Promise<{ ok: true; bytes: Uint8Array } | Failure> => {
  const stored = await derived.read(inputKey(requestId));
  if (stored) return { ok: true, bytes: stored };
  if (!csvUrl) return failure('not_fetched', 'The CSV is no longer there.');
  const fetched = await fetchWithRetry(csvUrl, delivery, fetchCsv);
  if (!fetched.ok) return failure('not_fetched', `The CSV could not be fetched: ${fetched.reason}`);
  await derived.write(inputKey(requestId), fetched.bytes, { contentType: 'text/csv' });
  return fetched;
};

const check = async (csv: Uint8Array) => {
  const { faults, totalProducts, totalImages } = await readCsv([csv]);
  return faults.faults.length ? faults : { products: totalProducts, images: totalImages };
};

type BatchFailure = { code: ErrorCode; reason: string };

const refuse = async (requestId: string, failure: BatchFailure, deps: Deps) => {
  const endedAt = deps.now().toISOString();
  const ended = await updateBatch(
    requestId,
    (known) =>
      known.work.state === 'expanding'
        ? { ...known, work: { state: 'refused', endedAt, ...failure } }
        : undefined,
    deps,
  );
  return advance(ended, deps);
};

/** Saves the progress. It also clears `requeuedAt`: a batch that moves on gets both of its attempts again. */
const checkpoint = (
  requestId: string,
  { written, total }: { written: number; total: Total },
  deps: Deps,
) =>
  updateBatch(
    requestId,
    ({ requeuedAt: _, ...known }) =>
      known.work.state === 'expanding' && (known.work.written < written || !known.total)
        ? { ...known, total, work: { ...known.work, written } }
        : undefined,
    deps,
  );

const toRow = ({ serialNumber, productName, urls }: Product, number: number): Row => ({
  number,
  serialNumber,
  productName,
  images: urls.map((inputUrl) => ({ state: 'pending', inputUrl })),
});

/** The messages that request the import of a row. */
export const toImportMessages = (requestId: string, { number, images }: Row): ImportMessage[] =>
  Array.from({ length: Math.ceil(images.length / urlsPerMessage) }, (_, nth) => ({
    request_id: requestId,
    row: number,
    from: nth * urlsPerMessage,
    to: Math.min(images.length, (nth + 1) * urlsPerMessage),
  }));
