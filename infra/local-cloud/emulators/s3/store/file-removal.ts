import { unlink } from 'node:fs/promises';
import { join } from 'node:path';

export type FileRemoval = ReturnType<typeof fileRemoval>;

/** Removes files of a folder that no row of the database names, but none that is being read. */
export const fileRemoval = (folder: string, isReferenced: (file: string) => boolean) => {
  const readers = new Map<string, number>();
  const waiting = new Set<string>(); // to be removed when their last reader has gone
  const underWay = new Set<Promise<void>>();
  let isClosed = false;

  /** Does nothing to a file that is named, by a copy say. */
  const remove = (file: string): void => {
    if (isClosed) return;
    if (readers.has(file)) {
      waiting.add(file);
      return;
    }
    waiting.delete(file);
    if (isReferenced(file)) return;
    // On Windows another program may have it open: then the next start removes it.
    const removal = unlink(join(folder, file))
      .catch(() => {})
      .finally(() => underWay.delete(removal));
    underWay.add(removal);
  };
  const settled = async (): Promise<void> => void (await Promise.all(underWay));

  return {
    remove,
    hold: (file: string): void => void readers.set(file, (readers.get(file) ?? 0) + 1),
    release: (file: string): void => {
      const left = (readers.get(file) ?? 1) - 1;
      if (left > 0) readers.set(file, left);
      else readers.delete(file);
      if (left === 0 && waiting.has(file)) remove(file);
    },
    /** When the removals under way have ended. */
    settled,
    isClosed: () => isClosed,
    /** Begins no more removals; resolves when those under way have ended. */
    close: (): Promise<void> => {
      isClosed = true;
      return settled();
    },
  };
};
