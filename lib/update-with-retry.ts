/** A record as it was read, with the number that tells whether another was quicker. */
type Versioned = { version: number };

type Change<Before extends Versioned, After> = {
  /** Names the record in the error. */
  name: string;
  read: () => Promise<Before | undefined>;
  /** What was read a moment ago, if it was: then nothing is read before the first try. */
  seen?: { record: Before | undefined } | undefined;
  /** Undefined leaves the record as it is. May be asked several times, so it must change nothing. */
  decide: (before: Before | undefined) => After | undefined | Promise<After | undefined>;
  /** False where the record is no longer the one that was read. */
  save: (before: Before | undefined, after: After) => Promise<boolean>;
};

const maxTries = 20;

/**
 * Reads a record, decides, and swaps; where another was quicker, reads and decides again, after a
 * pause with full jitter so that the crowd thins out (AWS Architecture Blog, "Exponential Backoff
 * And Jitter"). Throws when it lost 20 times in a row: the message that asked comes back.
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
  throw new Error(`${name} changed under our hands ${maxTries} times.`);
};

const pause = (ms: number) => new Promise((resume) => setTimeout(resume, ms));
