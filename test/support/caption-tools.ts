import { inspect } from 'node:util';
import { afterEach, beforeAll, expect } from 'vitest';
import { captioningOf } from '#lib/ai/caption-settings.ts';
import { describePicture } from '#lib/ai/describe-picture.ts';
import { type Behaviour, type CaptionServer, startCaptionServer } from './caption-server.ts';
import { drawnJpeg } from './drawn-pictures.ts';

/**
 * What a test of captions needs: a picture, a key, and servers that want this key and end with the
 * test. To be called at the top of a test file.
 */
export const captionTools = () => {
  const key = 'sk-very-secret-0123456789';
  let picture: Buffer = Buffer.alloc(0);
  const servers: CaptionServer[] = [];

  beforeAll(async () => {
    picture = await drawnJpeg({ width: 320, height: 240 });
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  return {
    key,
    jpeg: () => picture,
    start: async (wish: { behaviour?: Behaviour; key?: string } = { key }) => {
      const server = await startCaptionServer(wish);
      servers.push(server);
      return server;
    },
    describeAt: (server: { url: string }, settings: Parameters<typeof captioningOf>[0] = {}) =>
      describePicture(
        captioningOf({
          provider: 'openai-compatible',
          baseUrl: server.url,
          model: 'test-model',
          apiKey: key,
          timeoutMs: 5000,
          ...settings,
        }),
      )(picture),
    /** Looks at everything that a log or a record could ever show of an outcome. */
    expectNoSecrets: (outcome: unknown) => {
      const names = outcome instanceof Error ? Object.getOwnPropertyNames(outcome) : null;
      const all = { depth: 20, showHidden: true, maxStringLength: 1e7, maxArrayLength: 1e5 };
      const printed = inspect(outcome, all) + JSON.stringify(outcome, names);
      expect(printed).not.toContain(key);
      expect(printed).not.toContain(picture.toString('base64').slice(0, 24));
    },
  };
};

/** What describing ended in: its answer, or the error it threw. */
export const endOf = (describing: Promise<unknown>): Promise<unknown> =>
  describing.catch((error: unknown) => error);
