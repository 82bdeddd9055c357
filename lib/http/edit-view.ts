import { z } from 'zod';
import { type Links, widestPreset } from '#lib/delivery/links.ts';
import { type Edit, resultImageId } from '#lib/edits/edit.ts';
import type { FoundEdits } from '#lib/edits/look-up-edits.ts';

const Time = z.iso.datetime();
const Status = z.enum(['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED']);

const resultUrl = z
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
    source_url: z.string().describe('as it was given'),
    target_url: z.string().nullable(),
    result_url: resultUrl,
    image_id: z.string().nullable().describe('the result is an image like any other'),
    error: z.string().nullable().describe('why it failed'),
    created_at: Time,
    ended_at: Time.nullable(),
  })
  .meta({ id: 'Edit', description: 'What was asked for, and how far it has come' });
export type EditView = z.infer<typeof EditView>;

export const EditSessionView = z
  .object({
    init_id: z.string(),
    process_id: z.string().nullable().describe('the edit that `status` and `result_url` speak of'),
    status: Status.nullable().describe('null while there is no edit'),
    result_url: resultUrl,
    expires_at: Time,
    edits: z
      .array(EditView)
      .describe('the oldest first; the start of an edit answers its own only'),
  })
  .meta({ id: 'Process', description: 'Edits that belong together, for a time' });
export type EditSessionView = z.infer<typeof EditSessionView>;

/** A process as the API shows it; speaks of the edit that was asked for. */
export const toEditSessionView = (
  { process, edits, asked }: FoundEdits,
  links: Links,
): EditSessionView => ({
  init_id: process.initId,
  process_id: asked?.editId ?? null,
  status: asked?.status ?? null,
  result_url: asked ? resultUrlOf(asked, links) : null,
  expires_at: process.expiresAt,
  edits: edits.map((edit) => editViewOf(edit, links)),
});

const editViewOf = (edit: Edit, links: Links): EditView => ({
  edit_id: edit.editId,
  status: edit.status,
  prompt: edit.prompt,
  source_url: edit.sourceUrl,
  target_url: edit.targetUrl,
  result_url: resultUrlOf(edit, links),
  image_id: edit.status === 'COMPLETED' ? resultImageId(edit.editId) : null,
  error: edit.status === 'FAILED' ? edit.reason : null,
  created_at: edit.createdAt,
  ended_at: 'endedAt' in edit ? edit.endedAt : null,
});

const resultUrlOf = (edit: Edit, { linkTo }: Links): string | null =>
  edit.status === 'COMPLETED'
    ? linkTo({ imageId: resultImageId(edit.editId), etag: edit.etag }, widestPreset)
    : null;
