import { z } from 'zod';
import type { Edit } from './edit.ts';

/** An edit as it was read, with its version for the optimistic lock. */
export type VersionedEdit = { edit: Edit; version: number };

/** Edits by their id, and in the order they were started. */
export interface Edits {
  /** Strongly consistent. An edit is stored a day longer than its session, for a worker that still has it. */
  find(editId: string): Promise<VersionedEdit | undefined>;
  /** Strongly consistent, in the order of the ids; missing ones are left out. At most 100. */
  findAll(editIds: readonly string[]): Promise<Edit[]>;
  /**
   * Of all processes, the newest first; none that has expired. A page may be short; `cursor` is where
   * the next one begins.
   */
  list(
    query: { limit: number; after?: string | undefined },
    now: Date,
  ): Promise<{ edits: Edit[]; cursor: string | undefined }>;
  /** Writes `after` if the edit is still `before` (absent where undefined); `false` after a conflict. */
  save(before: VersionedEdit | undefined, after: Edit): Promise<boolean>;
}

/** Requests one edit. `image_id` is the result's, known before it exists: logs follow it from here. */
export const EditMessage = z.object({
  edit_id: z.string(),
  image_id: z.string(),
  request_id: z.string(),
});
export type EditMessage = z.infer<typeof EditMessage>;

/** The queue in front of run-edit. */
export interface EditQueue {
  enqueue(message: EditMessage): Promise<void>;
}
