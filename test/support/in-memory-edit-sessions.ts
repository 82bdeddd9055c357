import { randomUUID } from 'node:crypto';
import {
  type EditSession,
  isAlive,
  makeInitId,
  maxEditSessions,
  ringIndex,
  storedBytes,
} from '#lib/edits/edit-session.ts';
import type { EditSessions, VersionedEditSession } from '#lib/edits/edit-sessions.ts';

/** Edit sessions, with the behaviour of the DynamoDB adapter. */
export const inMemoryEditSessions = (): EditSessions => {
  const slots = new Map<number, VersionedEditSession>();
  const counters = { hits: 0, misses: 0, sets: 0, evictions: 0 };

  const read = async (initId: string, now: Date) => {
    const found = slots.get(ringIndex(initId) ?? -1);
    return found?.process.initId === initId && isAlive(found.process, now)
      ? structuredClone(found)
      : undefined;
  };

  return {
    async add({ ttlSeconds }, now) {
      counters.sets += 1;
      const slot = counters.sets % maxEditSessions;
      const old = slots.get(slot);
      if (old && isAlive(old.process, now)) counters.evictions += 1;
      const process: EditSession = {
        initId: makeInitId(slot, randomUUID()),
        createdAt: now.toISOString(),
        expiresAt: new Date(now.getTime() + ttlSeconds * 1000).toISOString(),
        editIds: [],
      };
      slots.set(slot, { process: structuredClone(process), version: 1 });
      return process;
    },

    async find(initId, now) {
      const found = await read(initId, now);
      counters[found ? 'hits' : 'misses'] += 1;
      return found;
    },

    read,

    async save(before, after) {
      await undefined; // concurrent calls run here, as during a request
      const slot = ringIndex(after.initId) ?? -1;
      const found = slots.get(slot);
      if (found?.process.initId !== after.initId || found.version !== before.version) return false;
      slots.set(slot, { process: structuredClone(after), version: before.version + 1 });
      return true;
    },

    report: async (now) => ({
      ...counters,
      entries: [...slots.values()]
        .map(({ process }) => process)
        .filter((process) => isAlive(process, now))
        .map((process) => ({
          initId: process.initId,
          sizeBytes: storedBytes(process),
          expiresAt: process.expiresAt,
        })),
    }),
  };
};
