import { notify } from './notices.ts';

/** Copies a text, and says so by `done`. */
export const copyText = async (text: string, done: string): Promise<void> => {
  try {
    await navigator.clipboard.writeText(text);
    notify(done);
  } catch {
    notify('The browser does not allow this page to use the clipboard.', { isError: true });
  }
};
