import { notify } from './notices.ts';
import { askBytes, reasonOf } from './server.ts';

const keptMs = 60_000; // a browser may still be asking where to put it

/** Downloads what may need the key, which a plain link could not carry. */
export const saveFile = async (path: string, name: string): Promise<void> => {
  try {
    const url = URL.createObjectURL(await askBytes(path));
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), keptMs);
  } catch (error) {
    notify(reasonOf(error), { isTrouble: true });
  }
};
