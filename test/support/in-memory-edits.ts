import { Edit } from '#lib/edits/edit.ts';
import { isAlive } from '#lib/edits/edit-session.ts';
import type { EditMessage, EditQueue, Edits, VersionedEdit } from '#lib/edits/edits.ts';

/** Edits, with the behaviour of the DynamoDB adapter. */
export const inMemoryEdits = (...given: Edit[]): Edits => {
  const stored = new Map<string, VersionedEdit>(
    given.map((edit) => [edit.editId, { edit, version: 1 }]),
  );
  return {
    find: async (editId) => structuredClone(stored.get(editId)),
    findAll: async (editIds) =>
      editIds.flatMap((editId) => structuredClone(stored.get(editId)?.edit) ?? []),
    async list({ limit, after = '~' }, now) {
      const position = ({ createdAt, editId }: Edit) => `${createdAt}#${editId}`;
      const found = [...stored.values()]
        .map(({ edit }) => structuredClone(edit))
        .filter((edit) => isAlive(edit, now) && position(edit) < after)
        .sort((a, b) => (position(a) < position(b) ? 1 : -1));
      const edits = found.slice(0, limit);
      const last = found.length > limit ? edits.at(-1) : undefined;
      return { edits, cursor: last && position(last) };
    },
    async save(before, after) {
      await undefined; // concurrent calls run here, as during a request
      if (stored.get(after.editId)?.version !== before?.version) return false;
      const edit = Edit.parse(structuredClone(after));
      stored.set(after.editId, { edit, version: (before?.version ?? 0) + 1 });
      return true;
    },
  };
};

/** The queue of run-edit; a test delivers its messages. */
export const inMemoryEditQueue = (): EditQueue & { messages: EditMessage[] } => {
  const messages: EditMessage[] = [];
  return { messages, enqueue: async (message) => void messages.push({ ...message }) };
};
