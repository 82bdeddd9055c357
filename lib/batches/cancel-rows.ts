import { cancelImage } from '#lib/images/cancel-image.ts';
import type { Images } from '#lib/images/images.ts';
import type { Objects } from '#lib/images/objects.ts';
import { mapConcurrently } from '#lib/map-concurrently.ts';
import { allRows, type Rows } from './batches.ts';
import {
  cancelledReason,
  hasEndedImage,
  type Row,
  type RowImage,
  type RowPlace,
  rowImageId,
  rowImageKey,
  rowOutcome,
  withImage,
} from './row.ts';
import { updateRow } from './update-batch.ts';

export type CancelDeps = { rows: Rows; images: Images; originals: Objects; now: () => Date };

/** How long a message may run before it hands over to the next: far below the function's timeout. */
const maxRunMs = 15_000;
const rowsAtOnce = 16;

/**
 * Cancels every picture of a batch that has not ended, and its image if it is in the pipeline already.
 * Returns the row after which the next message continues; undefined after the last.
 */
export const cancelRows = async (
  requestId: string,
  after: number,
  deps: CancelDeps,
): Promise<number | undefined> => {
  const deadline = deps.now().getTime() + maxRunMs;
  for await (const rows of allRows(requestId, deps, after)) {
    const open = rows.filter(({ images }) => !images.every(hasEndedImage));
    const unregistered = await mapConcurrently(open, rowsAtOnce, (row) =>
      cancelRow(requestId, row, deps),
    );
    // What was fetched, and has no image yet: then its S3 event finds nothing.
    await deps.originals.remove(unregistered.flat());
    if (deps.now().getTime() > deadline) return rows.at(-1)?.number;
  }
  return undefined;
};

/** Returns the keys of its pictures that have no image. */
const cancelRow = async (requestId: string, row: Row, deps: CancelDeps): Promise<string[]> => {
  const place = (index: number): RowPlace => ({ requestId, number: row.number, index });
  const outcomes = await Promise.all(
    row.images.map((entry, index) =>
      hasEndedImage(entry) ? entry : cancelPicture(entry, place(index), deps),
    ),
  );
  await updateRow(
    place(0),
    (known) => {
      const after = outcomes.reduce(
        (state, outcome, index) => withImage(state, index, outcome) ?? state,
        known,
      );
      return after === known ? undefined : after;
    },
    deps,
  );
  return outcomes.flatMap((outcome, index) =>
    outcome.state === 'cancelled' && !outcome.fetched
      ? [rowImageKey(place(index), outcome.inputUrl)]
      : [],
  );
};

const cancelPicture = async (
  { inputUrl }: RowImage,
  place: RowPlace,
  deps: CancelDeps,
): Promise<RowImage> => {
  const image = await cancelImage(rowImageId(place, inputUrl), cancelledReason, deps);
  if (!image || image.rejected?.code === 'batch_cancelled')
    return { state: 'cancelled', inputUrl, fetched: image !== undefined };
  return rowOutcome(image, inputUrl) ?? { state: 'cancelled', inputUrl, fetched: true };
};
