import { z } from 'zod';

/** A text that a person may leave out; an empty line in `.env` means "not set". */
export const unsetIfEmpty = z
  .string()
  .optional()
  .transform((value) => value?.trim() || undefined);

/** A base address as a person sets it; `invalid` where it is none, or carries a user or password. */
export const addressOf = (value: string | undefined): URL | 'invalid' | undefined => {
  if (!value) return undefined;
  const url = URL.parse(value);
  const isPlain = url && /^https?:$/.test(url.protocol) && !url.username && !url.password;
  return isPlain ? url : 'invalid';
};
