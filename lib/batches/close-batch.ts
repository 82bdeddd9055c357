import type { LinksBelow, LinkTo } from '#lib/delivery/links.ts';
import type { Objects } from '#lib/images/objects.ts';
import { advanceBatch } from './advance-batch.ts';
import { type Batch, expectedRows, failedRowsKey, resultsKey } from './batch.ts';
import { allRows, type Batches, type Rows } from './batches.ts';
import { type CancelDeps, cancelRows } from './cancel-rows.ts';
import { failedRowsCsv, type ResultRow, resultsCsv } from './csv/write-results.ts';
import type { BatchQueues, CloseMessage } from './messages.ts';
import { cancelledReason, outputUrl, type Row, type RowImage } from './row.ts';
import { updateBatch } from './update-batch.ts';

type Deps = CancelDeps & {
  batches: Batches;
  derived: Objects;
  batchQueues: BatchQueues;
  links: LinksBelow;
};

/**
 * Writes the results of a batch all of whose rows have ended, and ends it, once. In a batch that was
 * cancelled it ends the rows first, which may take several messages. If the function is
 * killed in between, the same files are written again: rows no longer change.
 */
export const closeBatch = async (message: CloseMessage, deps: Deps) => {
  const { request_id: requestId } = message;
  const { rows, derived, batches, batchQueues } = deps;
  const found = (await batches.find(requestId))?.batch;
  if (found?.cancelledAt && found.work.state === 'running') {
    const after = await cancelRows(requestId, message.after_row ?? 0, deps);
    if (after !== undefined) return batchQueues.close({ request_id: requestId, after_row: after });
  }
  const counts = await rows.counts(requestId);
  const { batch } = await updateBatch(
    requestId,
    (known) =>
      known.work.state === 'running' && counts.products === expectedRows(known)
        ? { ...known, work: { state: 'closing', since: deps.now().toISOString() } }
        : undefined,
    deps,
  );
  if (!batch) return;
  if (batch.work.state !== 'closing') return advanceBatch(batch, deps); // delivered twice, or too early

  const results = () => resultRows(batch, deps);
  await derived.write(resultsKey(requestId), await joined(resultsCsv(results())), asCsv);
  await derived.write(failedRowsKey(requestId), await joined(failedRowsCsv(results())), asCsv);

  const { batch: after } = await updateBatch(
    requestId,
    (known) =>
      known.work.state === 'closing'
        ? { ...known, work: { state: 'ended', endedAt: deps.now().toISOString(), counts } }
        : undefined,
    deps,
  );
  if (after) await advanceBatch(after, deps);
};

const asCsv = { contentType: 'text/csv; charset=utf-8' };

const resultRows = async function* (
  batch: Batch,
  { rows, links }: { rows: Rows; links: LinksBelow },
): AsyncGenerator<ResultRow[]> {
  // From the base that the batch was started with: when it ends, there is no request.
  const { linkTo } = await links(batch.baseUrl);
  for await (const some of allRows(batch.requestId, { rows }))
    yield some.map((row) => toResultRow(row, batch, linkTo));
};

const toResultRow = (
  { number, serialNumber, productName, images }: Row,
  { requestId }: Batch,
  linkTo: LinkTo,
): ResultRow => ({
  serialNumber,
  productName,
  images: images.map((image, index) => ({
    inputUrl: image.inputUrl,
    outputUrl: outputUrl({ requestId, number, index }, image, linkTo),
    error: imageError(image),
  })),
});

const imageError = (image: RowImage): string | null => {
  if (image.state === 'cancelled') return cancelledReason;
  return image.state === 'failed' ? image.reason : null;
};

const joined = async (chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
};
