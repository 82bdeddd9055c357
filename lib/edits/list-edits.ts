import { withLostAsFailed } from './edit.ts';
import type { Edits } from './edits.ts';

/** A page of the edits of all processes, the newest first, as clients see them. */
export const listEdits = async (
  query: { limit: number; after: string | undefined },
  { edits, now }: { edits: Edits; now: () => Date },
): ReturnType<Edits['list']> => {
  const page = await edits.list(query, now());
  return { ...page, edits: page.edits.map((edit) => withLostAsFailed(edit, now())) };
};
