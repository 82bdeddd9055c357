import { z } from 'zod';
import { type Links, widestPreset } from '#lib/delivery/links.ts';
import { type Edit, editErrorCode, resultImageId } from '#lib/edits/edit.ts';
import type { FoundEdits } from '#lib/edits/look-up-edits.ts';
import { ErrorCodeView } from './error-code-view.ts';

const Time = z.iso.datetime();
const Status = z.enum(['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED']);

const ResultUrl = z
  .string()
  .nullable()
  .describe(
    'a link to the picture, which works without a key; the file itself is the `file_url` of the image',
  );

export const EditView = z
  .object({
    edit_id: z.string(),
    status: Status,
    prompt: z.string(),
    source_url: z.string().describe('as in the request'),
    target_url: z.string().nullable(),
    result_url: ResultUrl,
    image_id: z.string().nullable().describe('the result is an image like any other'),
    error: z.string().nullable().describe('why it failed'),
    error_code: ErrorCodeView.nullable(),
    created_at: Time,
    ended_at: Time.nullable(),
  })
  .meta({ id: 'Edit', description: 'An edit, and its progress' });
export type EditView = z.infer<typeof EditView>;

export const EditSessionView = z
  .object({
    init_id: z.string(),
    process_id: z.string().nullable().describe('the edit of `status` and `result_url`'),
    status: Status.nullable().describe('null while there is no edit'),
    result_url: ResultUrl,
    expires_at: Time,
    edits: z
      .array(EditView)
      .describe('the oldest first; the response to a new edit has only that one'),
  })
  .meta({ id: 'Process', description: 'Edits that belong together, until they expire' });
export type EditSessionView = z.infer<typeof EditSessionView>;

/** An edit session as the API shows it, with the status of the requested edit. */
export const toEditSessionView = (
  { process, edits, requested }: FoundEdits,
  links: Links,
): EditSessionView => ({
  init_id: process.initId,
  process_id: requested?.editId ?? null,
  status: requested?.status ?? null,
  result_url: requested ? resultUrl(requested, links) : null,
  expires_at: process.expiresAt,
  edits: edits.map((edit) => toEditView(edit, links)),
});

/** An edit as the API shows it, without the `init_id` that opens its process. */
export const toEditView = (edit: Edit, links: Links): EditView => ({
  edit_id: edit.editId,
  status: edit.status,
  prompt: edit.prompt,
  source_url: edit.sourceUrl,
  target_url: edit.targetUrl,
  result_url: resultUrl(edit, links),
  image_id: edit.status === 'COMPLETED' ? resultImageId(edit.editId) : null,
  error: edit.status === 'FAILED' ? edit.reason : null,
  error_code: edit.status === 'FAILED' ? editErrorCode(edit) : null,
  created_at: edit.createdAt,
  ended_at: 'endedAt' in edit ? edit.endedAt : null,
});

const resultUrl = (edit: Edit, { linkTo }: Links): string | null =>
  edit.status === 'COMPLETED'
    ? linkTo({ imageId: resultImageId(edit.editId), etag: edit.etag }, widestPreset)
    : null;
