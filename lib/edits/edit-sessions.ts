import type { EditSession } from './edit-session.ts';

/** A process as it was read, so that a change of it can notice if another was quicker. */
export type VersionedEditSession = { process: EditSession; version: number };

/** The store as it is now. Counters begin with the store and only grow. */
export type CacheReport = {
  /** What lives, in no order. */
  entries: { initId: string; sizeBytes: number; expiresAt: string }[];
  hits: number;
  misses: number;
  /** Processes that were ever put in. */
  sets: number;
  /** How many of them had to give way while they lived. */
  evictions: number;
};

/**
 * A ring of slots that holds at most `mostProcesses` processes, each for a time of its own. Every
 * operation costs the same however full it is. What has expired is not there.
 */
export interface EditSessions {
  /** Puts a new process into the next slot; what lived there gives way. */
  add(request: { ttlSeconds: number }, now: Date): Promise<EditSession>;
  /** Counts a hit or a miss. Strongly consistent. */
  find(initId: string, now: Date): Promise<VersionedEditSession | undefined>;
  /** The same without counting, for those who look again before they write. */
  read(initId: string, now: Date): Promise<VersionedEditSession | undefined>;
  /** Writes `after` if the slot still holds `before`; `false` if another was quicker, or it gave way. */
  save(before: VersionedEditSession, after: EditSession): Promise<boolean>;
  report(now: Date): Promise<CacheReport>;
}
