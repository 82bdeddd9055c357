import { z } from 'zod';

/** Edits that belong together, until the session expires. The API calls it a process. */
export const EditSession = z.object({
  initId: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** In the order they were started. */
  editIds: z.array(z.string()),
});
export type EditSession = z.infer<typeof EditSession>;

/** How many sessions are stored at a time: the next one replaces the oldest. */
export const maxEditSessions = 1000;
/** How many edits a session, and one response, may hold. */
export const maxEdits = 100;

/** The lifetime of a session. */
export const sessionTtl = {
  defaultSeconds: 3600,
  minSeconds: 60,
  maxSeconds: 7 * 24 * 3600,
} as const;

/** The id of a session: its slot, and a secret that cannot be guessed (a UUID). */
export const makeInitId = (slot: number, secret: string): string =>
  `${String(slot).padStart(3, '0')}-${secret}`;

/** The slot in an id; undefined where it is not one of ours. */
export const ringIndex = (initId: string): number | undefined => {
  const [, slot] = /^(\d{3})-[0-9a-f-]{36}$/.exec(initId) ?? [];
  return slot === undefined ? undefined : Number(slot);
};

/** The size of a session as JSON in UTF-8. */
export const storedBytes = (process: EditSession): number =>
  Buffer.byteLength(JSON.stringify(process));

/** Whether a session has not expired, to the millisecond: DynamoDB may delete it two days late. */
export const isAlive = ({ expiresAt }: Pick<EditSession, 'expiresAt'>, now: Date): boolean =>
  Date.parse(expiresAt) > now.getTime();
