import { Problem } from '#lib/problem.ts';
import type { Processes, VersionedProcess } from './edit-sessions.ts';

/** A process that lives. Counted as a hit or a miss. */
export const findProcess = async (
  initId: string,
  { processes, now }: { processes: Processes; now: () => Date },
): Promise<VersionedProcess> => {
  const found = await processes.find(initId, now());
  if (!found) throw noProcess();
  return found;
};

/** One sentence for unknown, expired and given way: they cannot be told apart. */
export const noProcess = () =>
  new Problem(
    'not-found',
    'There is no such process, or it has expired. POST /api/processes initiates a new one.',
  );
