import type { Edit } from '#lib/edits/edit.ts';
import type { EditMessage } from '#lib/edits/edits.ts';
import type { LogOptions } from './consumer.ts';

/** What run-edit logs beside the message: a warning where the edit failed. */
export const editLog: LogOptions<EditMessage, Edit | undefined> = {
  labels: { step: 'edit' },
  outcome: (edit, message) => ({
    fields: {
      edit_id: message.edit_id,
      state: edit ? editStates[edit.status] : 'stale',
      ...(edit?.status === 'FAILED' && { reason: edit.reason }),
    },
    ...(edit?.status === 'FAILED' && { level: 'warn' }),
  }),
};

const editStates = {
  PENDING: 'pending',
  PROCESSING: 'pending',
  COMPLETED: 'done',
  FAILED: 'failed',
} as const satisfies Record<Edit['status'], string>;
