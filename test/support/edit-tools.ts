import { afterEach, beforeAll } from 'vitest';
import { editPicture } from '#lib/ai/edit-picture.ts';
import { resolveEditProvider } from '#lib/ai/settings.ts';
import type { EditRequest, PictureToSend } from '#lib/edits/edit-picture.ts';
import { drawnJpeg, drawnPng } from './drawn-pictures.ts';
import { type EditServer, startEditServer } from './edit-server.ts';
import { expectAbsent } from './provider-outcomes.ts';

export { failure, settle } from './provider-outcomes.ts';

type Settings = Parameters<typeof resolveEditProvider>[0];

/**
 * What a test of edits needs: two pictures, a key, and servers that require this key and stop with
 * the test. Call it at the top of a test file.
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
    start: async (options: Parameters<typeof startEditServer>[0] = {}) => {
      const server = await startEditServer({ key, ...options });
      servers.push(server);
      return server;
    },
    /** In OpenAI's format unless `settings` say otherwise. */
    editAt: (
      server: { url: string },
      settings: Settings = {},
      request: Partial<EditRequest> = {},
      deps?: Parameters<typeof editPicture>[1],
    ) =>
      editPicture(
        resolveEditProvider({ baseUrl: server.url, apiKey: key, timeoutMs: 5000, ...settings }),
        deps,
      )({ editId: 'edit-1', prompt: 'Make it blue.', source, ...request }),
    /** Fails where a log or a record of an outcome could show the key, the picture or the prompt. */
    expectNoSecrets: (outcome: unknown) => {
      const base64 = Buffer.from(source.bytes).toString('base64');
      expectAbsent(outcome, [key, base64.slice(0, 24), 'Make it blue.']);
    },
  };
};

/** The wire formats: OpenAI's, an endpoint's, and those of providers behind the router. */
export const formats = [
  ['images-edits', {}],
  ['endpoint', { provider: 'huggingface' }],
  ['fal-ai', { provider: 'huggingface', model: 'test/editor:fal-ai' }],
  ['together', { provider: 'huggingface', model: 'test/editor:together' }],
] as const satisfies readonly (readonly [string, Settings])[];
