import { requestRender } from './render.ts';

/** The key of a closed stage: stored for this tab only, and sent to this API only. */
const storageKey = 'darkroom-api-key';

let key = sessionStorage.getItem(storageKey) ?? undefined;
let prompt: { promise: Promise<void>; resolve: () => void; wasWrong: boolean } | undefined;

export const hasKey = (): boolean => key !== undefined;

export const keyHeaders = (): { 'x-api-key'?: string } => (key ? { 'x-api-key': key } : {});

/** Resolves when another key than the refused one was entered. */
export const waitForAnotherKey = (refused: string | undefined): Promise<void> => {
  if (key !== refused) return Promise.resolve(); // another one was entered in the meantime
  if (prompt) return prompt.promise;
  const { promise, resolve } = Promise.withResolvers<void>();
  prompt = { promise, resolve, wasWrong: refused !== undefined };
  requestRender();
  return promise;
};

export const keyPrompt = () => prompt && { wasWrong: prompt.wasWrong };

export const setKey = (given: string): void => {
  key = given;
  sessionStorage.setItem(storageKey, given);
  prompt?.resolve();
  prompt = undefined;
  requestRender();
};

/** Forgets the key, and everything that was read with it. */
export const removeKey = (): void => {
  sessionStorage.removeItem(storageKey);
  location.reload();
};
