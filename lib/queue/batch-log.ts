import type { ExpandEnded } from '#lib/batches/expand-batch.ts';
import type { ImportEnded } from '#lib/batches/import-row.ts';
import type { ExpandMessage, ImportMessage } from '#lib/batches/messages.ts';
import type { LogOptions } from './consumer.ts';

/** What expand-batch logs beside the message: a warning where the CSV is at fault. */
export const expandLog: LogOptions<ExpandMessage, ExpandEnded> = {
  labels: { step: 'expand' },
  outcome: ({ batch, changed }) => {
    if (!batch) return { fields: { state: 'stale' } };
    const { work } = batch;
    if (work.state === 'expanding') return { fields: { state: 'pending' } };
    if (work.state !== 'refused') return { fields: { state: 'done' } };
    const fields = { state: 'failed', reason: work.reason, error_code: work.code };
    return changed ? { fields, level: 'warn' } : { fields: { ...fields, repeated: true } };
  },
};

/** What import-row logs beside the message: a warning with the first reason where URLs failed. */
export const importLog: LogOptions<ImportMessage, ImportEnded> = {
  labels: { step: 'import' },
  outcome: (ended, { row }) => {
    if (ended.state === 'stale') return { fields: { row, state: 'stale' } };
    const [first] = ended.failed;
    const ids = { row, ...(ended.imageIds.length && { image_ids: ended.imageIds }) };
    if (!first) return { fields: { ...ids, state: 'done' } };
    const fields = {
      ...ids,
      ...{ state: 'failed', reason: first.reason, error_code: first.code },
      failed_images: ended.failed.length,
    };
    return ended.state === 'done'
      ? { fields, level: 'warn' }
      : { fields: { ...fields, repeated: true } };
  },
};
