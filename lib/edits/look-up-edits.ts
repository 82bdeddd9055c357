import { asSeen, type Edit } from './edit.ts';
import type { Edits } from './edits.ts';
import { findProcess, noProcess } from './find-edit-session.ts';
import type { Process } from './edit-session.ts';
import type { Processes } from './edit-sessions.ts';

type Deps = { processes: Processes; edits: Edits; now: () => Date };

/** A process, its edits in order, and the one that was asked for (the newest unless named). */
export type LookedUp = { process: Process; edits: Edit[]; asked: Edit | undefined };

/**
 * Looks a process up by its own id, by that of one of its edits, or by both; an edit of another
 * process is not found in it.
 */
export const lookUpEdits = async (
  { initId, editId }: { initId?: string | undefined; editId?: string | undefined },
  deps: Deps,
): Promise<LookedUp> => {
  const { edits, now } = deps;
  const { process } = await findProcess(initId ?? (await processOf(editId, deps)), deps);
  const found = (await edits.findAll(process.editIds)).map((edit) => asSeen(edit, now()));
  const asked = editId === undefined ? found.at(-1) : found.find((edit) => edit.editId === editId);
  if (editId !== undefined && !asked) throw noProcess();
  return { process, edits: found, asked };
};

/** What is unknown is asked for all the same, so that it counts as a miss. */
const processOf = async (editId = '', { edits }: Deps): Promise<string> =>
  (await edits.find(editId))?.edit.initId ?? editId;
