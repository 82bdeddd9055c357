import { inspect } from 'node:util';
import { afterEach, beforeAll, expect } from 'vitest';
import { editPicture } from '#lib/ai/edit-picture.ts';
import { editingOf } from '#lib/ai/edit-settings.ts';
import type { EditPicture, PictureToSend } from '#lib/edits/edit-picture.ts';
import { drawnJpeg, drawnPng } from './drawn-pictures.ts';
import { type EditServer, startEditServer } from './edit-server.ts';

type Settings = Parameters<typeof editingOf>[0];
type Request = Parameters<EditPicture>[0];

/**
 * What a test of edits needs: two pictures, a key, and servers that want this key and end with the
 * test. To be called at the top of a test file.
 */
export const editTools = () => {
  const key = 'sk-very-secret-0123456789';
  let source: PictureToSend;
  let target: PictureToSend;
  const servers: EditServer[] = [];

  beforeAll(async () => {
    const size = { width: 96, height: 64 };
    const [jpeg, png] = await Promise.all([drawnJpeg(size), drawnPng({ ...size, seed: 2 })]);
    source = { ...size, bytes: jpeg, contentType: 'image/jpeg', name: 'source.jpg' };
    target = { ...size, bytes: png, contentType: 'image/png', name: 'target.png' };
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  return {
    key,
    source: () => source,
    target: () => target,
    start: async (wish: Parameters<typeof startEditServer>[0] = {}) => {
      const server = await startEditServer({ key, ...wish });
      servers.push(server);
      return server;
    },
    /** In OpenAI's format unless `settings` say otherwise. */
    editAt: (
      server: { url: string },
      settings: Settings = {},
      request: Partial<Request> = {},
      tools?: Parameters<typeof editPicture>[1],
    ) =>
      editPicture(
        editingOf({ baseUrl: server.url, apiKey: key, timeoutMs: 5000, ...settings }),
        tools,
      )({ editId: 'edit-1', prompt: 'Make it blue.', source, ...request }),
    /** Looks at everything that a log or a record could ever show of an outcome. */
    expectNoSecrets: (outcome: unknown) => {
      const names = outcome instanceof Error ? Object.getOwnPropertyNames(outcome) : null;
      const all = { depth: 20, showHidden: true, maxStringLength: 1e7, maxArrayLength: 1e5 };
      const printed = inspect(outcome, all) + JSON.stringify(outcome, names);
      expect(printed).not.toContain(key);
      expect(printed).not.toContain(Buffer.from(source.bytes).toString('base64').slice(0, 24));
      expect(printed).not.toContain('Make it blue.');
    },
  };
};

/** What editing ended in: its answer, or the error it threw. */
export const endOf = (editing: Promise<unknown>): Promise<unknown> =>
  editing.catch((error: unknown) => error);

/** The three ways to a provider: OpenAI's format, an endpoint, and a partner behind the router. */
export const ways = [
  ['images-edits', {}],
  ['endpoint', { provider: 'huggingface' }],
  ['fal-ai', { provider: 'huggingface', model: 'test/editor:fal-ai' }],
  ['together', { provider: 'huggingface', model: 'test/editor:together' }],
] as const satisfies readonly (readonly [string, Settings])[];
