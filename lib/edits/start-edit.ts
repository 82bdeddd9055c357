import { change } from '#lib/change.ts';
import { Problem } from '#lib/problem.ts';
import { type Edit, type In, type Material, resultImageIdOf } from './edit.ts';
import type { Editing } from './edit-picture.ts';
import type { Edits, EditWorkers } from './edits.ts';
import { findMaterial, type MaterialDeps } from './find-material.ts';
import { findProcess, noProcess } from './find-process.ts';
import { removeMaterials } from './prepare-pictures.ts';
import { mostEdits, type Process } from './process.ts';
import type { Processes, VersionedProcess } from './processes.ts';

export type EditWish = {
  /** The same one again is the same edit. `[A-Za-z0-9-]`, not to be guessed. */
  editId: string;
  initId: string;
  prompt: string;
  sourceUrl: string;
  targetUrl: string | undefined;
  requestId: string;
  baseUrl: string;
};

type Deps = MaterialDeps & {
  processes: Processes;
  edits: Edits;
  workers: EditWorkers;
  editing: Editing;
  now: () => Date;
};

/**
 * Takes an edit into a process and asks a worker for it. What is wrong is told here, before
 * anything costs money. Killed on the way, the same request with the same Idempotency-Key goes on
 * where it was; without one, the edit is not in the process yet, or is told to be lost in time.
 */
export const startEdit = async (
  wish: EditWish,
  deps: Deps,
): Promise<{ process: Process; edit: Edit }> => {
  const { editId, initId, requestId } = wish;
  const { process: found } = await findProcess(initId, deps);
  checkProvider(deps.editing);
  checkRoom(found, editId);

  const edit = (await deps.edits.find(editId))?.edit ?? (await addEdit(wish, found, deps));
  const process = await join(initId, editId, deps);
  const imageId = resultImageIdOf(editId);
  await deps.workers.ask({ edit_id: editId, image_id: imageId, request_id: requestId });
  return { process, edit };
};

const addEdit = async (wish: EditWish, { expiresAt }: Process, deps: Deps): Promise<Edit> => {
  const { editId, initId, requestId, prompt, sourceUrl, targetUrl } = wish;
  const { source, target } = await findMaterials(wish, deps);
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
  await deps.edits.swap(undefined, pending); // where the same request was quicker, it is the same
  return pending;
};

/** Both or neither: what was kept of one is removed when the other is refused. */
const findMaterials = async (
  { editId, sourceUrl, targetUrl, baseUrl }: EditWish,
  deps: Deps,
): Promise<{ source: Material; target: Material | undefined }> => {
  const find = (field: 'source_url' | 'target_url', text: string) =>
    findMaterial({ field, text, baseUrl, editId }, deps);
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
    await removeMaterials(found, deps);
    throw error;
  }
};

const checkProvider = (editing: Editing): void => {
  // Not now: the request is right, and will be taken once a provider is set up.
  if (!editing.ok) throw new Problem('conflict', editing.reason);
};

const checkRoom = ({ editIds }: Process, editId: string): void => {
  if (editIds.length >= mostEdits && !editIds.includes(editId))
    throw new Problem(
      'conflict',
      `This process has its ${mostEdits} edits. Initiate another one for more.`,
    );
};

const join = async (initId: string, editId: string, { processes, now }: Deps): Promise<Process> => {
  const { before, after } = await change<VersionedProcess, Process>({
    name: 'The process',
    read: () => processes.read(initId, now()),
    decide: (known) => {
      if (!known) throw noProcess(); // it expired or gave way while we fetched
      checkRoom(known.process, editId);
      const { editIds } = known.process;
      return editIds.includes(editId)
        ? undefined
        : { ...known.process, editIds: [...editIds, editId] };
    },
    swap: async (known, process) => known !== undefined && processes.swap(known, process),
  });
  const process = after ?? before?.process;
  if (!process) throw noProcess();
  return process;
};
