import type { Images } from '#lib/images/images.ts';
import type { OutcomeMessage } from '#lib/images/messages.ts';
import type { Batches, Rows } from './batches.ts';
import { changeRow } from './update-batch.ts';
import { settleRow } from './advance-batch.ts';
import type { BatchWorkers } from './messages.ts';
import { outcomeOf, placeOfKey, type RowImage, withImage } from './row.ts';

type Deps = { batches: Batches; rows: Rows; images: Images; workers: BatchWorkers };

/**
 * Given news that an image of a row has ended, note how. News is not truth: the image is asked. A
 * row that has its fact keeps it, also when the image is tried again later.
 */
export const noteOutcome = async (message: OutcomeMessage, deps: Deps): Promise<void> => {
  const place = placeOfKey(message.key);
  if (!place) return; // dropped there by hand
  const known = await deps.images.find(message.image_id);
  const { row } = await changeRow(
    place,
    (row) => {
      const entry = row.images[place.index];
      if (!entry) return undefined;
      const outcome = known ? outcomeOf(known.image, entry.inputUrl) : forgotten(entry);
      return outcome && withImage(row, place.index, outcome);
    },
    deps,
  );
  if (row) await settleRow(place.requestId, row, deps);
};

/** Deleted so long ago that not even its tombstone stands. */
const forgotten = ({ inputUrl }: RowImage): RowImage => ({
  state: 'failed',
  inputUrl,
  reason: 'The image was deleted.',
  fetched: true,
});
