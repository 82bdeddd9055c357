import { type Edit, resultKey } from '#lib/edits/edit.ts';
import type { Editing, EditPicture } from '#lib/edits/edit-picture.ts';
import type { EditMessage } from '#lib/edits/edits.ts';
import type { FetchPicture } from '#lib/edits/fetch-picture.ts';
import { giveUpOnEdit } from '#lib/edits/give-up.ts';
import { findEdits } from '#lib/edits/look-up-edits.ts';
import { type RunDeps, runEdit } from '#lib/edits/run-edit.ts';
import { type EditRequest, startEdit } from '#lib/edits/start-edit.ts';
import { failure } from '#lib/failure.ts';
import type { Inspect } from '#lib/images/picture.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { anImage } from './image-builder.ts';
import { inMemoryEditSessions } from './in-memory-edit-sessions.ts';
import { inMemoryEditQueue, inMemoryEdits } from './in-memory-edits.ts';
import { inMemoryImages } from './in-memory-images.ts';
import { inMemoryObjects } from './in-memory-objects.ts';

type Deps = Omit<RunDeps, 'editing'> &
  Parameters<typeof startEdit>[1] & {
    editQueue: ReturnType<typeof inMemoryEditQueue>;
    originals: ReturnType<typeof inMemoryObjects>;
    derived: ReturnType<typeof inMemoryObjects>;
    images: ReturnType<typeof inMemoryImages>;
  };

const metadata = { width: 640, height: 480, format: 'png' } as const;
const acceptAll: Inspect = async () => ({ metadata });
const fetchAll: FetchPicture = async (url) => ({
  ok: true,
  bytes: Buffer.from(`bytes of ${url}`),
});
const provider: Editing = {
  ok: true,
  provider: 'test',
  model: 'a-model',
  maxSide: 2048,
  maxBytes: 1e6,
};

export const leaseMs = 30_000;

/** Thrown in place of a kill. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/**
 * Edits in memory: the real use cases with in-memory adapters, a clock that a test moves, a provider
 * with programmed responses, and workers that it may kill before or after any of their steps.
 */
export const editHarness = async () => {
  let time = Date.parse('2026-11-21T10:00:00.000Z');
  let count = 0;
  const beach = anImage({ key: 'uploads/1/beach.jpg' });
  const originals = inMemoryObjects();
  const etag = await originals.write('uploads/1/beach.jpg', Buffer.from('beach'), {
    contentType: 'image/jpeg',
  });
  const images = inMemoryImages({ ...beach, etag });
  /** Every request that the provider received. */
  const calls: Parameters<EditPicture>[0][] = [];
  const responses: ((request: Parameters<EditPicture>[0]) => ReturnType<EditPicture>)[] = [];
  const paints: EditPicture = async () => ({
    ok: true,
    image: Buffer.from('painted'),
    provider: 'test',
    model: 'a-model',
    durationMs: 12.5,
  });

  const deps: Deps = {
    editSessions: inMemoryEditSessions(),
    edits: inMemoryEdits(),
    editQueue: inMemoryEditQueue(),
    images,
    renditionSets: images.renditionSets,
    originals,
    derived: inMemoryObjects(),
    inspect: acceptAll,
    fetchPicture: fetchAll,
    editing: provider,
    editPicture: async (request) => {
      calls.push(request);
      return (responses.shift() ?? paints)(request);
    },
    join: async (left, right) => ({
      bytes: Buffer.concat([left, right]),
      contentType: 'image/png',
      width: 1280,
      height: 480,
    }),
    prepare: async (bytes) => ({ bytes, contentType: 'image/png', width: 640, height: 480 }),
    checkResult: async (bytes) => ({ bytes, metadata }),
    captioning: failure('no_caption_provider', 'No caption provider is set up.'),
    sizes: [{ name: 'small', longestSide: 200 }],
    leaseMs,
    newId: () => `id-${++count}`,
    now: () => new Date(time),
  };

  const start = async (request: Partial<EditRequest> = {}, as: Partial<Deps> = {}) => {
    const initId =
      request.initId ?? (await deps.editSessions.add({ ttlSeconds: 3600 }, deps.now())).initId;
    const whole: EditRequest = {
      editId: deps.newId(),
      prompt: 'Make it blue.',
      sourceUrl: beach.imageId,
      targetUrl: undefined,
      requestId: 'a-request',
      baseUrl: 'https://darkroom.example',
      ...request,
      initId,
    };
    return startEdit(whole, { ...deps, ...as });
  };

  return {
    deps,
    beach,
    calls,
    start,
    /** The outcomes of the provider's next calls, one each; after them it succeeds. */
    next: (...some: typeof responses) => void responses.push(...some),
    pass: (ms: number) => {
      time += ms;
    },
    run: (message: EditMessage, { attempts = 1, as = {} as Partial<RunDeps> } = {}) =>
      runEdit(message, attempts, { ...deps, editing: async () => deps.editing, ...as }),
    giveUp: (message: EditMessage) =>
      giveUpOnEdit(message, { reason: 'Tried 8 times and gave up: no luck' }, deps),
    lookUp: (question: { initId?: string; editId?: string }) => findEdits(question, deps),
    /** The edit as clients see it. */
    seen: async ({ initId, editId }: Pick<Edit, 'initId' | 'editId'>) =>
      (await findEdits({ initId, editId }, deps)).requested,
    result: async ({ editId }: Pick<Edit, 'editId'>) => originals.read(resultKey(editId)),
    /** The message of an edit, which may be delivered any number of times. */
    message: (): EditMessage => {
      const message = deps.editQueue.messages.at(-1);
      if (!message) throw new Error('No edit was enqueued.');
      return message;
    },
    /**
     * Dependencies of a worker that is killed at its nth call of them, before or after the call has had
     * its effect; `uses` is the number of calls.
     */
    killableDeps: (killAt: number, when: 'before' | 'after') => {
      let uses = 0;
      const guard =
        <Args extends unknown[], T>(act: (...args: Args) => Promise<T>) =>
        async (...args: Args): Promise<T> => {
          uses += 1;
          if (uses > killAt || (uses === killAt && when === 'before')) throw new Killed();
          const result = await act(...args);
          if (uses >= killAt) throw new Killed();
          return result;
        };
      const { edits, editPicture, prepare, checkResult, editSessions, editQueue, fetchPicture } =
        deps;
      const as = {
        editSessions: {
          ...editSessions,
          find: guard(editSessions.find),
          read: guard(editSessions.read),
          save: guard(editSessions.save),
        },
        editQueue: { ...editQueue, enqueue: guard(editQueue.enqueue) },
        fetchPicture: guard(fetchPicture),
        edits: { ...edits, find: guard(edits.find), save: guard(edits.save) },
        images: { ...images, find: guard(images.find), save: guard(images.save) },
        originals: guarded(originals, guard),
        derived: guarded(deps.derived, guard),
        editPicture: guard(editPicture),
        prepare: guard(prepare),
        checkResult: guard(checkResult),
      };
      return { as, uses: () => uses };
    },
  };
};

type Guard = <Args extends unknown[], T>(
  act: (...args: Args) => Promise<T>,
) => (...args: Args) => Promise<T>;

const guarded = (objects: ReturnType<typeof inMemoryObjects>, guard: Guard) => ({
  ...objects,
  head: guard(objects.head),
  read: guard(objects.read),
  write: guard(objects.write),
  remove: guard(objects.remove),
});

/** Outcomes of a provider's call, for `next`. */
export const ending = {
  busy: (seconds?: number) => async () => {
    throw new RetryLaterError('The provider is busy.', seconds);
  },
  refused: (reason: string) => async () => failure('refused', reason),
};
