import { Problem } from '#lib/problem.ts';
import type { EditSessions, VersionedEditSession } from './edit-sessions.ts';

/** Finds a session that has not expired; counts a hit or a miss. Throws a Problem where there is none. */
export const findEditSession = async (
  initId: string,
  { editSessions, now }: { editSessions: EditSessions; now: () => Date },
): Promise<VersionedEditSession> => {
  const found = await editSessions.find(initId, now());
  if (!found) throw editSessionNotFound();
  return found;
};

/** One Problem for unknown, expired and replaced sessions: they cannot be told apart. */
export const editSessionNotFound = () =>
  new Problem(
    'not-found',
    'There is no such process, or it has expired. POST /api/processes initiates a new one.',
  );
