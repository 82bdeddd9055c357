import { changed } from './draw.ts';

/** The key of a closed stage: kept for this tab only, and sent to this API only. */
const place = 'darkroom-api-key';

let key = sessionStorage.getItem(place) ?? undefined;
let prompt: { promise: Promise<void>; resolve: () => void; wasWrong: boolean } | undefined;

export const hasKey = (): boolean => key !== undefined;

export const keyHeaders = (): { 'x-api-key'?: string } => (key ? { 'x-api-key': key } : {});

/** Resolves when there is another key than the one that was refused. */
export const keyIsRefused = (refused: string | undefined): Promise<void> => {
  if (key !== refused) return Promise.resolve(); // somebody has given one in the meantime
  if (prompt) return prompt.promise;
  const { promise, resolve } = Promise.withResolvers<void>();
  prompt = { promise, resolve, wasWrong: refused !== undefined };
  changed();
  return promise;
};

export const keyPrompt = () => prompt && { wasWrong: prompt.wasWrong };

export const giveKey = (given: string): void => {
  key = given;
  sessionStorage.setItem(place, given);
  prompt?.resolve();
  prompt = undefined;
  changed();
};
