import { z } from 'zod';

/** What holds the edits that belong together, for as long as its caller asked. */
export const EditSession = z.object({
  initId: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** In the order they were started. */
  editIds: z.array(z.string()),
});
export type EditSession = z.infer<typeof EditSession>;

/** So many processes live at a time: the oldest gives way to the next. */
export const maxEditSessions = 1000;
/** So many edits have room in one process, and in one answer. */
export const maxEdits = 100;

/** Seconds. */
export const sessionTtl = {
  defaultSeconds: 3600,
  minSeconds: 60,
  maxSeconds: 7 * 24 * 3600,
} as const;

/** An id says which slot to look in; the rest of it cannot be guessed. `secret` is a UUID. */
export const makeInitId = (slot: number, secret: string): string =>
  `${String(slot).padStart(3, '0')}-${secret}`;

/** Undefined for what cannot be an id of ours. */
export const ringIndex = (initId: string): number | undefined => {
  const [, slot] = /^(\d{3})-[0-9a-f-]{36}$/.exec(initId) ?? [];
  return slot === undefined ? undefined : Number(slot);
};

/** Bytes of an entry of the store, as JSON in UTF-8. */
export const storedBytes = (process: EditSession): number =>
  Buffer.byteLength(JSON.stringify(process));

/** To the millisecond: the store's own broom may come two days late. */
export const isAlive = ({ expiresAt }: Pick<EditSession, 'expiresAt'>, now: Date): boolean =>
  Date.parse(expiresAt) > now.getTime();
