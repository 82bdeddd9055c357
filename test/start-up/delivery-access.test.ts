import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sign } from '#lib/delivery/signature.ts';
import { type Client, createClient } from '#test/e2e/client.ts';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { type EmbeddedStack, startEmbeddedStack } from '#test/support/embedded-stack.ts';
import { eventually } from '#test/support/eventually.ts';

const key = 'a-key-of-twenty-characters';
const first = 'the-first-secret-of-all';
const second = 'the-second-secret-of-all';
const dataDir = mkdtempSync(join(tmpdir(), 'darkroom-delivery-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** Starts a closed stage for a group of tests: one after the other, with the same data. */
const useStage = (env: Record<string, string>): (() => Client) => {
  let stack: EmbeddedStack;
  let client: Client;
  beforeAll(async () => {
    const settings = { CAPTION_PROVIDER: 'none', API_KEY: key, ...env };
    stack = await startEmbeddedStack({ env: settings, dataDir });
    client = createClient({ baseUrl: stack.baseUrl, env: { ...stack.env, API_KEY: key } });
  });
  afterAll(() => stack?.stop());
  return () => client;
};

const status = async (url: string) => (await fetch(url)).status;
const Links = z.looseObject({ thumbnails: z.record(z.string(), z.string()) });
const Link = z.object({ url: z.string() });

// What the first stage stores and issues, and later ones with other settings serve.
let imageId = '';
let path = '';
let card = '';

const thumbnailsOn = async (client: Client) =>
  Links.parse((await client.json(`/api/images/${imageId}`)).data).thumbnails;
const linkOn = async (client: Client, wanted: object) => {
  const { data } = await client.json(`/api/images/${imageId}/links`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(wanted),
  });
  return Link.parse(data).url;
};
const sizeAt = async (url: string) => {
  const response = await fetch(url);
  expect(response.headers.get('cache-control')).toContain('immutable');
  const { width, height } = await sharp(await response.arrayBuffer()).metadata();
  return `${width}x${height}`;
};

describe('on a stage with signed links', () => {
  const stage = useStage({ DELIVERY_SECRET: first });

  it('a link works as it was issued, and not with any part changed', async () => {
    const client = stage();
    const { baseUrl } = client;
    const one = await client.uploadOne({ name: 'a.jpg', bytes: await drawnJpeg({ width: 900 }) });
    const other = await client.uploadOne({ name: 'b.jpg', bytes: await drawnJpeg({ seed: 2 }) });
    imageId = one.image_id;
    await client.ended(other.image_id);
    await client.ended(imageId);
    const thumbnails = await thumbnailsOn(client);
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
      `${baseUrl}/i/unknown/small?s=${s}`,
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
    expect(await status(altered((url) => url.searchParams.set('utm_source', 'a-shop')))).toBe(200);

    const unknown = sign({ imageId, preset: 'w801', v: '', e: '' }, first);
    expect(await status(`${baseUrl}/i/${imageId}/w801?s=${unknown}`)).toBe(404);
  });

  it('an expiring link expires, and its expiry cannot be extended', async () => {
    const url = await linkOn(stage(), { preset: 'w160', expires_in: 2 });
    expect(await status(url)).toBe(200);
    await eventually(async () => expect(await status(url)).toBe(403));
    expect(await status(url.replace(/&e=\d+/, '&e=99999999999'))).toBe(403);
    expect(await status(url.replace(/&e=\d+/, ''))).toBe(403);
  });
});

const sizes = { THUMBNAIL_SIZES: 'small:120,medium:800,wide:500' };

describe('on a stage with a new secret before the old one, and with new sizes and presets', () => {
  const stage = useStage({
    ...sizes,
    DELIVERY_SECRET: `${second},${first}`,
    PRESETS: 'card:cover,400x300',
  });

  it('links that were issued before stay valid, and new ones are signed with the new secret', async () => {
    expect(await status(`${stage().baseUrl}${path}`)).toBe(200);
    const { small } = await thumbnailsOn(stage());
    expect(small).not.toBe(`${stage().baseUrl}${path}`);
    expect(await status(small ?? '')).toBe(200);
  });

  it('old pictures are served in the new sizes and presets at the next request', async () => {
    const thumbnails = await thumbnailsOn(stage());
    expect(Object.keys(thumbnails)).toEqual(['small', 'medium', 'wide']);
    expect(await sizeAt(thumbnails['small'] ?? '')).toBe('120x64');
    expect(await sizeAt(thumbnails['wide'] ?? '')).toBe('500x267');
    const behindKey = await stage().bytes(`/api/images/${imageId}/thumbnails/wide`);
    expect((await sharp(behindKey.body).metadata()).width).toBe(500);
    card = await linkOn(stage(), { preset: 'card' });
    expect(await sizeAt(card)).toBe('400x300');
  });
});

describe('on a stage without the old secret, with another preset, behind another URL', () => {
  const base = 'https://pictures.example/shop';
  const stage = useStage({
    ...sizes,
    DELIVERY_SECRET: second,
    PRESETS: 'card:cover,100x100',
    PUBLIC_URL: `${base}/`,
  });
  const here = (link = '') => `${stage().baseUrl}${link.slice(base.length)}`;

  it('links signed with the old secret are refused', async () => {
    expect(await status(`${stage().baseUrl}${path}`)).toBe(403);
  });

  it('links begin with PUBLIC_URL and its prefix, and their path works on this stack', async () => {
    const { small = '' } = await thumbnailsOn(stage());
    expect(small.startsWith(`${base}/i/`)).toBe(true);
    expect(await status(here(small))).toBe(200);
  });

  it('a preset that has changed is never served stale under a current version', async () => {
    const now = await linkOn(stage(), { preset: 'card' });
    expect(new URL(now).searchParams.get('v')).not.toBe(new URL(card).searchParams.get('v'));
    expect(await sizeAt(here(now))).toBe('100x100');
    const old = await fetch(`${stage().baseUrl}${card.slice(new URL(card).origin.length)}`);
    expect(old.headers.get('cache-control')).toBe('public, max-age=60');
    expect((await sharp(await old.arrayBuffer()).metadata()).width).toBe(100);
  });
});

describe('on a stage with a key and DELIVERY_ACCESS=public', () => {
  const stage = useStage({ DELIVERY_ACCESS: 'public' });

  it('renditions are open, and originals are not', async () => {
    const { baseUrl } = stage();
    expect(await status(`${baseUrl}/i/${imageId}/small`)).toBe(200);
    expect(await status(`${baseUrl}/api/images/${imageId}/original`)).toBe(403);
    expect((await thumbnailsOn(stage()))['small']).not.toContain('s=');
  });
});
