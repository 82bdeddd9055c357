import { Edit } from '#lib/edits/edit.ts';
import type { EditMessage, EditQueue, Edits, VersionedEdit } from '#lib/edits/edits.ts';

/** Edits as DynamoDB keeps them. */
export const inMemoryEdits = (...given: Edit[]): Edits => {
  const kept = new Map<string, VersionedEdit>(
    given.map((edit) => [edit.editId, { edit, version: 1 }]),
  );
  return {
    find: async (editId) => structuredClone(kept.get(editId)),
    findAll: async (editIds) =>
      editIds.flatMap((editId) => structuredClone(kept.get(editId)?.edit) ?? []),
    async save(before, after) {
      await undefined; // others get their turn here, as they do while a request is on its way
      if (kept.get(after.editId)?.version !== before?.version) return false;
      const edit = Edit.parse(structuredClone(after));
      kept.set(after.editId, { edit, version: (before?.version ?? 0) + 1 });
      return true;
    },
  };
};

/** A worker for edits who does nothing until a test takes the messages. */
export const inMemoryEditWorkers = (): EditQueue & { asked: EditMessage[] } => {
  const asked: EditMessage[] = [];
  return { asked, enqueue: async (message) => void asked.push({ ...message }) };
};
