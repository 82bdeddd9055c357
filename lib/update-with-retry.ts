import { setTimeout as pause } from 'node:timers/promises';

/** A record as it was read, with its version for the optimistic lock. */
type Versioned = { version: number };

type Change<Before extends Versioned, After> = {
  /** Names the record in the error. */
  name: string;
  read: () => Promise<Before | undefined>;
  /** A record read a moment ago: then nothing is read before the first attempt. */
  seen?: { record: Before | undefined } | undefined;
  /** Undefined leaves the record as it is. May be called several times, so it must have no side effects. */
  decide: (before: Before | undefined) => After | undefined | Promise<After | undefined>;
  /** False where the record is no longer the one that was read. */
  save: (before: Before | undefined, after: After) => Promise<boolean>;
};

const maxTries = 20;

/**
 * Reads a record, decides, and saves it with an optimistic lock; after a conflict it reads and decides
 * again, after a pause with full jitter so that concurrent writers spread out (AWS Architecture Blog,
 * "Exponential Backoff And Jitter"). Throws after 20 conflicts in a row: then the message is retried.
 */
export const updateWithRetry = async <Before extends Versioned, After>({
  name,
  read,
  seen,
  decide,
  save,
}: Change<Before, After>): Promise<{ before: Before | undefined; after: After | undefined }> => {
  for (let tries = 0; tries < maxTries; tries++) {
    if (tries) await pause(Math.random() * Math.min(1000, 5 * 2 ** tries));
    const before = seen && tries === 0 ? seen.record : await read();
    const after = await decide(before);
    if (after === undefined || (await save(before, after))) return { before, after };
  }
  throw new Error(`${name} was changed by other writers ${maxTries} times.`);
};
