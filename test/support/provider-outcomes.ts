import { inspect } from 'node:util';
import { expect } from 'vitest';

/** What a promise ends in: its value, or the error it rejects with. */
export const settle = (promise: Promise<unknown>): Promise<unknown> =>
  promise.catch((error: unknown) => error);

/** Matches a Failure with this reason, of any kind. */
export const failure = (reason: unknown) => ({
  ok: false,
  kind: expect.stringMatching(/^[a-z_0-9]+$/),
  reason,
});

/** Fails where anything that a log or a record could show of an outcome contains one of the texts. */
export const expectAbsent = (outcome: unknown, texts: readonly string[]): void => {
  const names = outcome instanceof Error ? Object.getOwnPropertyNames(outcome) : null;
  const all = { depth: 20, showHidden: true, maxStringLength: 1e7, maxArrayLength: 1e5 };
  const printed = inspect(outcome, all) + JSON.stringify(outcome, names);
  for (const text of texts) expect(printed).not.toContain(text);
};
