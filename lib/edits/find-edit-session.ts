import { notFound } from '#lib/not-found.ts';
import type { EditSessions, VersionedEditSession } from './edit-sessions.ts';

/** Finds a session that has not expired; counts a hit or a miss. Throws a Problem where there is none. */
export const findEditSession = async (
  initId: string,
  { editSessions, now }: { editSessions: EditSessions; now: () => Date },
): Promise<VersionedEditSession> => {
  const found = await editSessions.find(initId, now());
  if (!found) throw notFound('process_not_found');
  return found;
};
