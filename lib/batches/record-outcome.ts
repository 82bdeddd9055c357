import type { Images } from '#lib/images/images.ts';
import type { OutcomeMessage } from '#lib/images/messages.ts';
import { advanceAfterRow } from './advance-batch.ts';
import type { Batches, Rows } from './batches.ts';
import type { BatchQueues } from './messages.ts';
import { deletedOutcome, parseRowKey, rowOutcome, withImage } from './row.ts';
import { updateRow } from './update-batch.ts';

type Deps = { batches: Batches; rows: Rows; images: Images; batchQueues: BatchQueues };

/**
 * Records in its row how an image has ended. The message is only a hint: the image is looked up. A row
 * keeps its outcome, even if the image is retried later.
 */
export const recordOutcome = async (message: OutcomeMessage, deps: Deps): Promise<void> => {
  const place = parseRowKey(message.key);
  if (!place) return; // put there by another client
  const known = await deps.images.find(message.image_id);
  const { row } = await updateRow(
    place,
    (row) => {
      const entry = row.images[place.index];
      if (!entry) return undefined;
      const outcome = known
        ? rowOutcome(known.image, entry.inputUrl)
        : deletedOutcome(entry.inputUrl); // so long ago that its tombstone has expired
      return outcome && withImage(row, place.index, outcome);
    },
    deps,
  );
  if (row) await advanceAfterRow(place.requestId, row, deps);
};
