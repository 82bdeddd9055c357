import { Edit } from '#lib/edits/edit.ts';
import type { EditMessage, EditQueue, Edits, VersionedEdit } from '#lib/edits/edits.ts';

/** Edits as DynamoDB keeps them. */
export const inMemoryEdits = (...given: Edit[]): Edits => {
  const stored = new Map<string, VersionedEdit>(
    given.map((edit) => [edit.editId, { edit, version: 1 }]),
  );
  return {
    find: async (editId) => structuredClone(stored.get(editId)),
    findAll: async (editIds) =>
      editIds.flatMap((editId) => structuredClone(stored.get(editId)?.edit) ?? []),
    async save(before, after) {
      await undefined; // others get their turn here, as they do while a request is on its way
      if (stored.get(after.editId)?.version !== before?.version) return false;
      const edit = Edit.parse(structuredClone(after));
      stored.set(after.editId, { edit, version: (before?.version ?? 0) + 1 });
      return true;
    },
  };
};

/** A worker for edits who does nothing until a test takes the messages. */
export const inMemoryEditQueue = (): EditQueue & { messages: EditMessage[] } => {
  const messages: EditMessage[] = [];
  return { messages, enqueue: async (message) => void messages.push({ ...message }) };
};
