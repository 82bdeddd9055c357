import { createHash } from 'node:crypto';
import type { ErrorCode } from '#lib/error-codes.ts';
import { type FetchFile, fetchWithRetry } from '#lib/fetch-file.ts';
import { storedTypeFor } from '#lib/images/claims.ts';
import type { Images } from '#lib/images/images.ts';
import { pictureName } from '#lib/images/object-key.ts';
import type { Objects } from '#lib/images/objects.ts';
import { advanceAfterRow } from './advance-batch.ts';
import type { Batches, Rows } from './batches.ts';
import type { BatchQueues, ImportMessage } from './messages.ts';
import {
  hasEndedImage,
  type Row,
  type RowImage,
  type RowPlace,
  rowErrorCode,
  rowImageId,
  rowImageKey,
  rowOutcome,
  withImage,
} from './row.ts';
import { updateRow } from './update-batch.ts';

type Deps = {
  rows: Rows;
  batches: Batches;
  images: Images;
  originals: Objects;
  batchQueues: BatchQueues;
  fetchPicture: FetchFile;
};

/** What became of the URLs of a message: the images that they are, and why the others are none. */
export type ImportEnded =
  | { state: 'stale' }
  | {
      state: 'done' | 'repeated';
      imageIds: string[];
      failed: { code: ErrorCode; reason: string }[];
    };

type Entry = { index: number; after: RowImage };

/**
 * Fetches the pictures of some URLs of a row into the originals bucket. A URL that fails for good, or was
 * busy too often, is recorded as failed with its reason; where a retry may succeed, throws
 * RetryLaterError so that the message is retried.
 */
export const importRow = async (
  message: ImportMessage,
  delivery: { attempts: number },
  deps: Deps,
): Promise<ImportEnded> => {
  const { request_id: requestId, row: number } = message;
  const [known, batch] = await Promise.all([
    deps.rows.find(requestId, number),
    deps.batches.find(requestId),
  ]);
  const row = known?.row;
  if (!row || batch?.batch.cancelledAt) return { state: 'stale' }; // close-batch cancels what is open
  // A picture that was fetched has an S3 event of its own: other hosts are requested once.
  const open = openEntries(row, message).filter(
    ({ state }) => message.again || state === 'pending',
  );
  const results = await Promise.allSettled(
    open.map(
      async ({ index, inputUrl }): Promise<Entry> => ({
        index,
        after: await importPicture(inputUrl, { requestId, number, index }, delivery, deps),
      }),
    ),
  );
  const imported = results.flatMap((result) =>
    result.status === 'fulfilled' ? [result.value] : [],
  );
  const recorded = await recordEntries(message, imported, deps);
  await removeCancelled(recorded, message, deps);
  const busy = results.find((result) => result.status === 'rejected');
  if (busy) throw busy.reason;
  return { state: open.length ? 'done' : 'repeated', ...summarize(recorded ?? row, message) };
};

const summarize = ({ number, images }: Row, { request_id, from, to }: ImportMessage) => {
  const entries = images.slice(from, to);
  return {
    imageIds: entries.flatMap(({ state, inputUrl }, n) =>
      state === 'fetched' || state === 'completed'
        ? [rowImageId({ requestId: request_id, number, index: from + n }, inputUrl)]
        : [],
    ),
    failed: entries
      .filter((entry) => entry.state === 'failed')
      .map((entry) => ({ code: rowErrorCode(entry), reason: entry.reason })),
  };
};

/**
 * Records that these URLs had their last attempt. A picture that was fetched has an S3 event of its
 * own; `lost` says that this event never came.
 */
export const giveUpOnRow = async (
  message: ImportMessage,
  { reason, lost = false }: { reason: string; lost?: boolean },
  deps: Omit<Deps, 'originals' | 'fetchPicture'>,
): Promise<void> => {
  const { request_id: requestId, row: number } = message;
  const row = (await deps.rows.find(requestId, number))?.row;
  if (!row) return;
  const failed: Entry[] = [];
  for (const { index, inputUrl, state } of openEntries(row, message)) {
    if (state === 'fetched' && !lost) continue;
    if (await deps.images.find(rowImageId({ requestId, number, index }, inputUrl))) continue;
    const code = 'retries_exhausted';
    failed.push({ index, after: { state: 'failed', inputUrl, code, reason, fetched: false } });
  }
  await recordEntries(message, failed, deps);
};

const openEntries = ({ images }: Row, { from, to }: ImportMessage) =>
  images
    .map((image, index) => ({ ...image, index }))
    .slice(from, to)
    .filter((image) => !hasEndedImage(image));

/** Fetches a picture into the originals, unless a delivery that was killed has done so. */
const importPicture = async (
  inputUrl: string,
  place: RowPlace,
  delivery: { attempts: number },
  { originals, images, fetchPicture }: Deps,
): Promise<RowImage> => {
  const key = rowImageKey(place, inputUrl);
  const known = await images.find(rowImageId(place, inputUrl));
  if (known) return rowOutcome(known.image, inputUrl) ?? { state: 'fetched', inputUrl };

  const fetched = await fetchWithRetry(inputUrl, delivery, fetchPicture);
  if (!fetched.ok)
    return {
      state: 'failed',
      inputUrl,
      code: 'not_fetched',
      reason: fetched.reason,
      fetched: false,
    };
  const sha256 = createHash('sha256').update(fetched.bytes).digest('hex');
  await originals.write(key, fetched.bytes, {
    contentType: storedTypeFor(fetched.contentType),
    sha256,
    userMetadata: { name: pictureName(inputUrl), 'request-id': place.requestId },
  });
  return { state: 'fetched', inputUrl };
};

const recordEntries = async (
  message: ImportMessage,
  entries: readonly Entry[],
  deps: Pick<Deps, 'rows' | 'batches' | 'batchQueues'>,
) => {
  const { request_id: requestId, row: number } = message;
  const { row } = await updateRow(
    { requestId, number },
    (known) => {
      const after = entries.reduce(
        (state, { index, after: image }) => withImage(state, index, image) ?? state,
        known,
      );
      return after === known ? undefined : after;
    },
    deps,
  );
  if (row) await advanceAfterRow(requestId, row, deps);
  return row;
};

/** The batch may have been cancelled while these were fetched: without their objects, no image is made. */
const removeCancelled = async (
  row: Row | undefined,
  { request_id: requestId, from, to }: ImportMessage,
  { images, originals }: Deps,
): Promise<void> => {
  for (const [index, { state, inputUrl }] of (row?.images ?? []).entries()) {
    if (state !== 'cancelled' || index < from || index >= to || !row) continue;
    const place = { requestId, number: row.number, index };
    if (await images.find(rowImageId(place, inputUrl))) continue; // it was registered in the meantime
    await originals.remove([rowImageKey(place, inputUrl)]);
  }
};
