import { notFound } from '#lib/not-found.ts';
import { Problem } from '#lib/problem.ts';
import { updateWithRetry } from '#lib/update-with-retry.ts';
import { type Edit, type In, resultImageId, type SourceImage } from './edit.ts';
import type { Editing } from './edit-picture.ts';
import { type EditSession, maxEdits } from './edit-session.ts';
import type { EditSessions, VersionedEditSession } from './edit-sessions.ts';
import type { EditQueue, Edits } from './edits.ts';
import { findEditSession } from './find-edit-session.ts';
import { findSourceImage, type SourceImageDeps } from './find-source-image.ts';
import { removeSourceCopies } from './prepare-pictures.ts';

export type EditRequest = {
  /** Identifies the edit: the same one is the same edit. `[A-Za-z0-9-]`, unguessable. */
  editId: string;
  initId: string;
  prompt: string;
  sourceUrl: string;
  targetUrl: string | undefined;
  requestId: string;
  baseUrl: string;
};

type Deps = SourceImageDeps & {
  editSessions: EditSessions;
  edits: Edits;
  editQueue: EditQueue;
  editing: Editing;
  now: () => Date;
};

/**
 * Adds an edit to a session and enqueues it. Throws a Problem for what is wrong with the request, before
 * anything costs money. If the function is killed on the way, the same request with the same
 * Idempotency-Key continues; without one, the edit is not in the session yet, or is reported as lost.
 */
export const startEdit = async (
  request: EditRequest,
  deps: Deps,
): Promise<{ process: EditSession; edit: Edit }> => {
  const { editId, initId, requestId } = request;
  const { process: found } = await findEditSession(initId, deps);
  checkProvider(deps.editing);
  checkRoom(found, editId);

  const edit = (await deps.edits.find(editId))?.edit ?? (await addEdit(request, found, deps));
  const process = await join(initId, editId, deps);
  const imageId = resultImageId(editId);
  await deps.editQueue.enqueue({ edit_id: editId, image_id: imageId, request_id: requestId });
  return { process, edit };
};

const addEdit = async (
  request: EditRequest,
  { expiresAt }: EditSession,
  deps: Deps,
): Promise<Edit> => {
  const { editId, initId, requestId, prompt, sourceUrl, targetUrl } = request;
  const { source, target } = await findSourceImages(request, deps);
  const pending: In<'PENDING'> = {
    status: 'PENDING',
    editId,
    initId,
    requestId,
    prompt,
    sourceUrl,
    targetUrl: targetUrl ?? null,
    source,
    ...(target && { target }),
    createdAt: deps.now().toISOString(),
    expiresAt,
  };
  await deps.edits.save(undefined, pending); // if the same request was first, it is the same edit
  return pending;
};

/** Both or neither: the copy of one is deleted when the other is rejected. */
const findSourceImages = async (
  { editId, sourceUrl, targetUrl, baseUrl }: EditRequest,
  deps: Deps,
): Promise<{ source: SourceImage; target: SourceImage | undefined }> => {
  const find = (field: 'source_url' | 'target_url', text: string) =>
    findSourceImage({ field, text, baseUrl, editId }, deps);
  const finding = [
    find('source_url', sourceUrl),
    targetUrl === undefined ? undefined : find('target_url', targetUrl),
  ] as const;
  try {
    const [source, target] = await Promise.all(finding);
    return { source, target };
  } catch (error) {
    const found = (await Promise.allSettled(finding)).map((result) =>
      result.status === 'fulfilled' ? result.value : undefined,
    );
    await removeSourceCopies(found, deps);
    throw error;
  }
};

const checkProvider = (editing: Editing): void => {
  // A conflict: the request is valid, and will be accepted once a provider is set up.
  if (!editing.ok) throw new Problem('provider_not_configured', editing.reason);
};

const checkRoom = ({ editIds }: EditSession, editId: string): void => {
  if (editIds.length >= maxEdits && !editIds.includes(editId))
    throw new Problem(
      'too_many_edits',
      `This process has its ${maxEdits} edits. Initiate another one for more.`,
    );
};

const join = async (
  initId: string,
  editId: string,
  { editSessions, now }: Deps,
): Promise<EditSession> => {
  const { before, after } = await updateWithRetry<VersionedEditSession, EditSession>({
    name: 'The process',
    read: () => editSessions.read(initId, now()),
    decide: (known) => {
      if (!known) throw notFound('process_not_found'); // it expired or was replaced in the meantime
      checkRoom(known.process, editId);
      const { editIds } = known.process;
      return editIds.includes(editId)
        ? undefined
        : { ...known.process, editIds: [...editIds, editId] };
    },
    save: async (known, process) => known !== undefined && editSessions.save(known, process),
  });
  const process = after ?? before?.process;
  if (!process) throw notFound('process_not_found');
  return process;
};
