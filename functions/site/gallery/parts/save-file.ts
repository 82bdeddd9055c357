import { requestBlob, toMessage } from './api.ts';
import { notify } from './notices.ts';

const revokeAfterMs = 60_000; // the browser may still show its save dialog

/** Offers bytes as a download. */
export const saveBlob = (blob: Blob, name: string): void => {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), revokeAfterMs);
};

/** Downloads a file that may need the key, which a plain link could not carry. */
export const saveFile = async (path: string, name: string): Promise<void> => {
  try {
    saveBlob(await requestBlob(path), name);
  } catch (error) {
    notify(toMessage(error), { isError: true });
  }
};
