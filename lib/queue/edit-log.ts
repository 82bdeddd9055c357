import { type Edit, editErrorCode } from '#lib/edits/edit.ts';
import type { EditMessage } from '#lib/edits/edits.ts';
import type { EditEnded } from '#lib/edits/run-edit.ts';
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

/**
 * What run-edit logs beside the message: a warning where the client can mend the edit, an error where we,
 * our settings or the provider's account are at fault. `pictureKinds` are the provider's refusals because
 * of the picture or the prompt.
 */
export const editLog = ({
  pictureKinds,
}: {
  pictureKinds: ReadonlySet<string>;
}): LogOptions<EditMessage, EditEnded> => ({
  labels: { step: 'edit' },
  outcome: ({ edit, kind }, { edit_id }) => {
    const fields = { edit_id, state: edit ? editStates[edit.status] : 'stale' };
    if (edit?.status !== 'FAILED') return { fields };
    const code = editErrorCode(edit);
    const isOurs = ourCodes.has(code) || (kind !== undefined && !pictureKinds.has(kind));
    return {
      fields: { ...fields, reason: edit.reason, error_code: code, ...(kind && { kind }) },
      level: isOurs ? 'error' : 'warn',
    };
  },
});

const editStates = {
  PENDING: 'pending',
  PROCESSING: 'pending',
  COMPLETED: 'done',
  FAILED: 'failed',
} as const satisfies Record<Edit['status'], string>;
