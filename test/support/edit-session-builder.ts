import { expect } from 'vitest';
import { z } from 'zod';
import { eventually } from './eventually.ts';

type Reply = { status: number; data: unknown; error: string | null };
type Call = (path: string, init?: RequestInit) => Promise<Reply>;

const EditRecord = z.looseObject({
  edit_id: z.string(),
  status: z.enum(['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED']),
  result_url: z.string().nullable(),
  image_id: z.string().nullable(),
  error: z.string().nullable(),
});
const ProcessRecord = z.looseObject({
  init_id: z.string(),
  process_id: z.string().nullable(),
  status: z.string().nullable(),
  result_url: z.string().nullable(),
  expires_at: z.string(),
  edits: z.array(EditRecord),
});
export type EditRecord = z.infer<typeof EditRecord>;

/** Uses the edit routes over HTTP, with a client that knows URL and API key. */
export const anEditSession = (call: Call) => {
  const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
    call(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const initiate = async (body?: unknown) => {
    const { status, data, error } = await post('/api/processes', body);
    if (status !== 201) throw new Error(`${status}: ${error}`);
    return ProcessRecord.parse(data).init_id;
  };
  const book = (
    initId: string,
    request: Record<string, unknown>,
    headers?: Record<string, string>,
  ) => post(`/api/processes/${initId}/edits`, { prompt: 'Make it blue.', ...request }, headers);

  return {
    post,
    initiate,
    book,
    process: async (initId: string) =>
      ProcessRecord.parse((await call(`/api/processes/${initId}`)).data),
    /** Starts an edit in its own edit process; returns the ids to look it up. */
    start: async (request: Record<string, unknown>) => {
      const initId = await initiate();
      const { status, data, error } = await book(initId, request);
      if (status !== 202) throw new Error(`${status}: ${error}`);
      const editId = ProcessRecord.parse(data).process_id ?? '';
      return { initId, editId };
    },
    /** The edit, once it has ended. */
    ended: (initId: string, within = 30_000): Promise<EditRecord> =>
      eventually(
        async () => {
          const { edits } = ProcessRecord.parse((await call(`/api/processes/${initId}`)).data);
          const edit = edits.at(-1);
          expect(edit?.status).toMatch(/^(COMPLETED|FAILED)$/);
          if (!edit) throw new Error('There is no edit.');
          return edit;
        },
        { within, every: 100 },
      ),
  };
};
