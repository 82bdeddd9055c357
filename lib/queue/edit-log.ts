import { type Edit, editErrorCode } from '#lib/edits/edit.ts';
import type { EditMessage } from '#lib/edits/edits.ts';
import type { ErrorCode } from '#lib/error-codes.ts';
import type { LogOptions } from './consumer.ts';

/** Codes of edits that failed because of us, a provider or a setting: the rest is for the client to mend. */
const ourCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'edit_failed',
  'edit_lost',
  'provider_not_configured',
  'response_lost',
  'retries_exhausted',
]);

/** What run-edit logs beside the message: a warning or an error where the edit failed. */
export const editLog: LogOptions<EditMessage, Edit | undefined> = {
  labels: { step: 'edit' },
  outcome: (edit, message) => ({
    fields: {
      edit_id: message.edit_id,
      state: edit ? editStates[edit.status] : 'stale',
      ...(edit?.status === 'FAILED' && { reason: edit.reason, error_code: editErrorCode(edit) }),
    },
    ...(edit?.status === 'FAILED' && {
      level: ourCodes.has(editErrorCode(edit)) ? 'error' : 'warn',
    }),
  }),
};

const editStates = {
  PENDING: 'pending',
  PROCESSING: 'pending',
  COMPLETED: 'done',
  FAILED: 'failed',
} as const satisfies Record<Edit['status'], string>;
