import type { Store } from 'dynalite/db/index.js';

type Done = (error: unknown) => void;

/**
 * LevelDB goes on after a write that the disk had no room for, as if its log held it, and so logs
 * all that follows in a wrong place. When there is room again it answers for each write, and none of
 * them is there when it is next opened. Ours takes nothing more; `refuseWrites` ends all writing in
 * the same way.
 */
export const writeStop = ({ db }: Store) => {
  let refusal: Error | undefined;
  const refuseWrites = (cause: unknown) => {
    refusal ??= new Error('A write failed. Until a restart no more are taken.', { cause });
  };
  const careful = (write: (done: Done) => void, done: Done): void => {
    if (refusal) return void setImmediate(done, refusal);
    write((error) => {
      if (error) refuseWrites(error);
      done(refusal ?? null); // also to a write that stood in line behind the one that failed
    });
  };

  const [put, del, batch] = [db.put, db.del, db.batch];
  db.put = (key, value, done) => careful((then) => put(key, value, then), done);
  db.del = (key, done) => careful((then) => del(key, then), done);
  db.batch = (operations, done) => careful((then) => batch(operations, then), done);
  return { refuseWrites };
};
