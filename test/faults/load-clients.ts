import { BatchRecord } from '#test/e2e/batch-client.ts';
import { anEditSession, type EditRecord } from '#test/support/edit-session-builder.ts';
import { eventually } from '#test/support/eventually.ts';
import type { FaultyDarkroom } from '#test/support/faults-harness.ts';
import { type Dropped, forEachConcurrently } from '#test/support/faults-pictures.ts';

/** Retries like a client that got a retryable error or no response, until a request succeeds. */
const untilAnswered = <T>(request: () => Promise<T>): Promise<T> =>
  eventually(request, { within: 2 * 60_000, every: 200 });

const postFile = (bytes: Uint8Array, name: string, type: string, key: string): RequestInit => {
  const body = new FormData();
  body.append('file', new Blob([new Uint8Array(bytes)], { type }), name);
  return { method: 'POST', body, headers: { 'idempotency-key': key } };
};

/** A file's name has no folder. */
export const toFilename = (key: string): string => key.replaceAll('/', '-');

/** Clients of a Darkroom that fails, is killed and restarts while they use it. */
export const clientsIn = (darkroom: FaultyDarkroom) => {
  const session = anEditSession(darkroom.json);
  const accepted = async (path: string, init: RequestInit): Promise<unknown> => {
    const { status, data, error } = await darkroom.json(path, init);
    if (status !== 202) throw new Error(`${init.method} ${path}: ${status} ${error}`);
    return data;
  };

  return {
    drop: (drops: readonly Dropped[]) =>
      forEachConcurrently(drops, ({ key, bytes }) =>
        untilAnswered(() => darkroom.drop(key, bytes)),
      ),

    /** Each with its own idempotency key, so that a retry creates no second image. */
    upload: (files: readonly Dropped[]) =>
      forEachConcurrently(files, ({ key, bytes }) =>
        untilAnswered(() =>
          accepted('/api/images', postFile(bytes, toFilename(key), 'image/jpeg', key)),
        ),
      ),

    startBatch: async (csv: string): Promise<string> => {
      const form = () => postFile(Buffer.from(csv), 'load.csv', 'text/csv', 'the-batch');
      const data = await untilAnswered(() => accepted('/api/batches', form()));
      return BatchRecord.parse(data).request_id;
    },

    /** Edits of one picture, each in its own edit process; returns their ids. */
    startEdits: async ({ imageId }: Dropped, prompts: readonly string[]): Promise<string[]> => {
      await untilAnswered(() => darkroom.image(imageId)); // otherwise they would be rejected
      const started: string[] = [];
      for (const prompt of prompts) {
        const initId = await untilAnswered(() => session.initiate());
        await untilAnswered(async () => {
          const input = { source_url: imageId, prompt };
          const { status, error } = await session.book(initId, input, {
            'idempotency-key': initId,
          });
          if (status !== 202) throw new Error(`${prompt}: ${status} ${error}`);
        });
        started.push(initId);
      }
      return started;
    },
    editEnded: (initId: string): Promise<EditRecord> => session.ended(initId, 3 * 60_000),

    /** 404 counts as 200: the response to an earlier attempt was lost. */
    remove: (drops: readonly Dropped[]) =>
      forEachConcurrently(drops, async ({ imageId }) => {
        await untilAnswered(() => darkroom.image(imageId)); // known, so that 404 means deleted
        await untilAnswered(async () => {
          const { status } = await darkroom.call(`/api/images/${imageId}`, { method: 'DELETE' });
          if (status !== 200 && status !== 404) throw new Error(`DELETE ${imageId}: ${status}`);
        });
      }),

    /** 409 counts as 202: an earlier attempt left nothing to retry. */
    retry: (imageIds: readonly string[]) =>
      forEachConcurrently(imageIds, (imageId) =>
        untilAnswered(async () => {
          const path = `/api/images/${imageId}/retry`;
          const { status } = await darkroom.call(path, { method: 'POST' });
          if (status !== 202 && status !== 409) throw new Error(`${path}: ${status}`);
        }),
      ),
  };
};
