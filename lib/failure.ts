/**
 * The outcome of work that would fail again: `kind` is a stable code for programs, `reason` one
 * sentence for people. What a retry might mend is thrown instead.
 */
export type Failure<Kind extends string = string> = { ok: false; kind: Kind; reason: string };

export const failure = <Kind extends string>(kind: Kind, reason: string): Failure<Kind> => ({
  ok: false,
  kind,
  reason,
});
