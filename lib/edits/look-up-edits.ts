import { notFound } from '#lib/not-found.ts';
import { type Edit, withLostAsFailed } from './edit.ts';
import type { EditSession } from './edit-session.ts';
import type { EditSessions } from './edit-sessions.ts';
import type { Edits } from './edits.ts';
import { findEditSession } from './find-edit-session.ts';

type Deps = { editSessions: EditSessions; edits: Edits; now: () => Date };

/** A session, its edits in order, and the requested one (the newest unless named). */
export type FoundEdits = { process: EditSession; edits: Edit[]; requested: Edit | undefined };

/**
 * Looks up a session by its id, by that of one of its edits, or by both. Throws a Problem where there is
 * none, or the edit belongs to another session.
 */
export const findEdits = async (
  { initId, editId }: { initId?: string | undefined; editId?: string | undefined },
  deps: Deps,
): Promise<FoundEdits> => {
  const { edits, now } = deps;
  const { process } = await findEditSession(initId ?? (await findInitId(editId, deps)), deps);
  const found = (await edits.findAll(process.editIds)).map((edit) => withLostAsFailed(edit, now()));
  const requested =
    editId === undefined ? found.at(-1) : found.find((edit) => edit.editId === editId);
  if (editId !== undefined && !requested) throw notFound('process_not_found');
  return { process, edits: found, requested };
};

/** An unknown id is looked up all the same, so that it counts as a miss. */
const findInitId = async (editId = '', { edits }: Deps): Promise<string> =>
  (await edits.find(editId))?.edit.initId ?? editId;
