import type { EditSession } from './edit-session.ts';

/** A session as it was read, with its version for the optimistic lock. */
export type VersionedEditSession = { process: EditSession; version: number };

/** The contents of the store. Counters start with the store and only grow. */
export type CacheReport = {
  /** The sessions that have not expired, in no order. */
  entries: { initId: string; sizeBytes: number; expiresAt: string }[];
  hits: number;
  misses: number;
  /** How many sessions were ever added. */
  sets: number;
  /** How many of them were replaced before they expired. */
  evictions: number;
};

/**
 * A ring buffer of at most `maxEditSessions` sessions, each with its own lifetime. Every operation costs
 * the same however full it is. Expired sessions are not found.
 */
export interface EditSessions {
  /** Puts a new session into the next slot, and replaces the one there. */
  add(request: { ttlSeconds: number }, now: Date): Promise<EditSession>;
  /** Counts a hit or a miss. Strongly consistent. */
  find(initId: string, now: Date): Promise<VersionedEditSession | undefined>;
  /** The same without counting, to read again before a save. */
  read(initId: string, now: Date): Promise<VersionedEditSession | undefined>;
  /** Writes `after` if the slot still holds `before`; `false` after a conflict, or if it was replaced. */
  save(before: VersionedEditSession, after: EditSession): Promise<boolean>;
  report(now: Date): Promise<CacheReport>;
}
