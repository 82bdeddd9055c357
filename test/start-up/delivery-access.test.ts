import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sign } from '#lib/delivery/signature.ts';
import { type Client, createClient, ImageRecord } from '#test/e2e/client.ts';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { startEmbeddedStack } from '#test/support/embedded-stack.ts';
import { eventually } from '#test/support/eventually.ts';

const key = 'a-key-of-twenty-characters';
const [first, second] = ['the-first-secret-of-all', 'the-second-secret-of-all'];
const dataDir = mkdtempSync(join(tmpdir(), 'darkroom-delivery-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** One closed stage after the other, with the same data and other settings. */
const withStage = async (
  env: Record<string, string>,
  work: (client: Client) => Promise<void>,
): Promise<void> => {
  const settings = { CAPTION_PROVIDER: 'none', API_KEY: key, ...env };
  const stack = await startEmbeddedStack({ env: settings, dataDir });
  try {
    await work(createClient({ baseUrl: stack.baseUrl, env: { ...stack.env, API_KEY: key } }));
  } finally {
    await stack.stop();
  }
};

const status = async (url: string) => (await fetch(url)).status;
const Links = z.looseObject({ thumbnails: z.record(z.string(), z.string()) });

describe('on a stage with signed links', () => {
  let imageId = '';
  let path = '';
  const record = async (client: Client) =>
    Links.parse((await client.json(`/api/images/${imageId}`)).data);

  it('a link works as it was issued, and not with any part changed', async () => {
    await withStage({ DELIVERY_SECRET: first }, async (client) => {
      const { baseUrl } = client;
      const one = await client.uploadOne({ name: 'a.jpg', bytes: await drawnJpeg({ width: 900 }) });
      const other = await client.uploadOne({ name: 'b.jpg', bytes: await drawnJpeg({ seed: 2 }) });
      imageId = one.image_id;
      await client.ended(other.image_id);
      await client.ended(imageId);
      const { thumbnails } = await record(client);
      const link = new URL(thumbnails['small'] ?? '');
      path = link.href.slice(baseUrl.length);
      expect(await status(link.href)).toBe(200);

      const altered = (change: (url: URL) => void) => {
        const url = new URL(link);
        change(url);
        return url.href;
      };
      const s = link.searchParams.get('s') ?? '';
      const refused = [
        `${baseUrl}/i/${imageId}/small`,
        `${baseUrl}/i/${imageId}/nothing`,
        `${baseUrl}/i/nobody/small?s=${s}`,
        altered((url) => url.searchParams.delete('s')),
        altered((url) => url.searchParams.set('s', s.slice(0, -1))),
        altered((url) => url.searchParams.set('s', `${s}A`)),
        altered((url) =>
          url.searchParams.set(
            's',
            s.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')),
          ),
        ),
        altered((url) => url.searchParams.delete('v')),
        altered((url) => url.searchParams.set('v', 'another')),
        altered((url) => url.searchParams.set('e', '99999999999')),
        altered((url) => {
          url.pathname = url.pathname.replace('small', 'w3840');
        }),
        altered((url) => {
          url.pathname = url.pathname.replace(imageId, other.image_id);
        }),
      ];
      const answers = await Promise.all(
        refused.map(async (url) => {
          const response = await fetch(url);
          return `${response.status} ${await response.text()}`;
        }),
      );
      for (const answer of answers) expect(answer).toMatch(/^403 /);
      expect(new Set(answers).size).toBe(1);
      expect(await status(altered((url) => url.searchParams.set('utm_source', 'a-shop')))).toBe(
        200,
      );

      const unknown = sign({ imageId, preset: 'w801', v: '', e: '' }, first ?? '');
      expect(await status(`${baseUrl}/i/${imageId}/w801?s=${unknown}`)).toBe(404);
    });
  });

  it('an expiring link expires, and its expiry cannot be extended', async () => {
    await withStage({ DELIVERY_SECRET: first }, async (client) => {
      const { data } = await client.json(`/api/images/${imageId}/links`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ preset: 'w160', expires_in: 2 }),
      });
      const { url } = z.object({ url: z.string() }).parse(data);
      expect(await status(url)).toBe(200);
      await eventually(async () => expect(await status(url)).toBe(403));
      expect(await status(url.replace(/&e=\d+/, '&e=99999999999'))).toBe(403);
      expect(await status(url.replace(/&e=\d+/, ''))).toBe(403);
    });
  });

  it('links stay valid after a rotation of the secret, until the old secret is removed', async () => {
    await withStage({ DELIVERY_SECRET: `${second},${first}` }, async (client) => {
      expect(await status(`${client.baseUrl}${path}`)).toBe(200);
      const { thumbnails } = await record(client);
      expect(thumbnails['small']).not.toBe(`${client.baseUrl}${path}`);
    });
    await withStage({ DELIVERY_SECRET: second ?? '' }, async (client) => {
      expect(await status(`${client.baseUrl}${path}`)).toBe(403);
      const { thumbnails } = await record(client);
      expect(await status(thumbnails['small'] ?? '')).toBe(200);
    });
  });

  it('old pictures are served in new sizes and presets at the next request, never stale under a current version', async () => {
    const env = {
      DELIVERY_SECRET: first ?? '',
      THUMBNAIL_SIZES: 'small:120,medium:800,wide:500',
      PRESETS: 'card:cover,400x300',
    };
    const requestCardUrl = async (client: Client) => {
      const { data } = await client.json(`/api/images/${imageId}/links`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ preset: 'card' }),
      });
      return z.object({ url: z.string() }).parse(data).url;
    };
    const fetchSize = async (url: string) => {
      const response = await fetch(url);
      expect(response.headers.get('cache-control')).toContain('immutable');
      const { width, height } = await sharp(await response.arrayBuffer()).metadata();
      return `${width}x${height}`;
    };
    let card = '';
    await withStage(env, async (client) => {
      const { thumbnails } = await record(client);
      expect(Object.keys(thumbnails)).toEqual(['small', 'medium', 'wide']);
      expect(await fetchSize(thumbnails['small'] ?? '')).toBe('120x64');
      expect(await fetchSize(thumbnails['wide'] ?? '')).toBe('500x267');
      const behindKey = await client.bytes(`/api/images/${imageId}/thumbnails/wide`);
      expect((await sharp(behindKey.body).metadata()).width).toBe(500);
      card = await requestCardUrl(client);
      expect(await fetchSize(card)).toBe('400x300');
    });
    await withStage({ ...env, PRESETS: 'card:cover,100x100' }, async (client) => {
      const now = await requestCardUrl(client);
      expect(new URL(now).searchParams.get('v')).not.toBe(new URL(card).searchParams.get('v'));
      expect(await fetchSize(now)).toBe('100x100');
      const old = await fetch(`${client.baseUrl}${card.slice(new URL(card).origin.length)}`);
      expect(old.headers.get('cache-control')).toBe('public, max-age=60');
      expect((await sharp(await old.arrayBuffer()).metadata()).width).toBe(100);
    });
  });

  it('DELIVERY_ACCESS=public opens renditions, and not originals', async () => {
    await withStage({ DELIVERY_ACCESS: 'public' }, async (client) => {
      expect(await status(`${client.baseUrl}/i/${imageId}/small`)).toBe(200);
      expect(await status(`${client.baseUrl}/api/images/${imageId}/original`)).toBe(403);
      const { thumbnails } = await record(client);
      expect(thumbnails['small']).not.toContain('s=');
    });
  });

  it('links begin with PUBLIC_URL and its prefix, and their path works on this stack', async () => {
    const base = 'https://pictures.example/shop';
    await withStage({ DELIVERY_SECRET: first ?? '', PUBLIC_URL: `${base}/` }, async (client) => {
      const { thumbnails } = await record(client);
      const link = thumbnails['small'] ?? '';
      expect(link.startsWith(`${base}/i/`)).toBe(true);
      expect(await status(`${client.baseUrl}${link.slice(base.length)}`)).toBe(200);
      expect(ImageRecord.parse((await client.json(`/api/images/${imageId}`)).data).status).toBe(
        'done',
      );
    });
  });

  it('the stack generates a secret if none is set, and reuses it after a restart', async () => {
    let own = '';
    await withStage({}, async (client) => {
      own = (await record(client)).thumbnails['small']?.slice(client.baseUrl.length) ?? '';
      expect(await status(`${client.baseUrl}${own}`)).toBe(200);
    });
    await withStage({}, async (client) => {
      expect(await status(`${client.baseUrl}${own}`)).toBe(200);
    });
  });
});
