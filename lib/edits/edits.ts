import { z } from 'zod';
import type { Edit } from './edit.ts';

/** An edit as it was read, so that a change of it can notice if another was quicker. */
export type VersionedEdit = { edit: Edit; version: number };

/** Edits by their id. */
export interface Edits {
  /** Strongly consistent. An edit outlives its process by a day, for the worker that is still at it. */
  find(editId: string): Promise<VersionedEdit | undefined>;
  /** Strongly consistent, in the order asked for, without those that are not there. At most 100. */
  findAll(editIds: readonly string[]): Promise<Edit[]>;
  /** Writes `after` if the edit is still `before` (absent where undefined); `false` if another was quicker. */
  save(before: VersionedEdit | undefined, after: Edit): Promise<boolean>;
}

/** Asks for one edit. `image_id` is the result's, known before it exists: logs follow it from here. */
export const EditMessage = z.object({
  edit_id: z.string(),
  image_id: z.string(),
  request_id: z.string(),
});
export type EditMessage = z.infer<typeof EditMessage>;

/** How a worker is asked for an edit. */
export interface EditQueue {
  enqueue(message: EditMessage): Promise<void>;
}
