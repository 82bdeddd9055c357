import { afterEach, beforeAll } from 'vitest';
import { describePicture } from '#lib/ai/describe-picture.ts';
import { resolveCaptionProvider } from '#lib/ai/settings.ts';
import { type CaptionBehaviour, type CaptionServer, startCaptionServer } from './caption-server.ts';
import { drawnJpeg } from './drawn-pictures.ts';
import { expectAbsent } from './provider-outcomes.ts';

export { failure, settle } from './provider-outcomes.ts';

/**
 * What a test of captions needs: a picture, a key, and servers that require this key and stop with
 * the test. Call it at the top of a test file.
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
    start: async (options: { behaviour?: CaptionBehaviour; key?: string } = { key }) => {
      const server = await startCaptionServer(options);
      servers.push(server);
      return server;
    },
    describeAt: (
      server: { url: string },
      settings: Parameters<typeof resolveCaptionProvider>[0] = {},
    ) =>
      describePicture(
        resolveCaptionProvider({
          provider: 'openai-compatible',
          baseUrl: server.url,
          model: 'test-model',
          apiKey: key,
          timeoutMs: 5000,
          ...settings,
        }),
      )(picture),
    /** Fails where a log or a record of an outcome could show the key or the picture. */
    expectNoSecrets: (outcome: unknown) =>
      expectAbsent(outcome, [key, picture.toString('base64').slice(0, 24)]),
  };
};
