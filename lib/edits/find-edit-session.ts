import { Problem } from '#lib/problem.ts';
import type { EditSessions, VersionedEditSession } from './edit-sessions.ts';

/** A process that lives. Counted as a hit or a miss. */
export const findEditSession = async (
  initId: string,
  { editSessions, now }: { editSessions: EditSessions; now: () => Date },
): Promise<VersionedEditSession> => {
  const found = await editSessions.find(initId, now());
  if (!found) throw editSessionNotFound();
  return found;
};

/** One sentence for unknown, expired and given way: they cannot be told apart. */
export const editSessionNotFound = () =>
  new Problem(
    'not-found',
    'There is no such process, or it has expired. POST /api/processes initiates a new one.',
  );
