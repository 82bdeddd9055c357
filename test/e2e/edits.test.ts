import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { drawnHeic } from '#test/support/drawn-heic.ts';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { startEditServer } from '#test/support/edit-server.ts';
import { eventually } from '#test/support/eventually.ts';
import { theClient } from './client.ts';
import { editKey } from './settings.ts';

const run = promisify(execFile);
const darkroom = theClient();
const hasCurl = spawnSync('curl', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'darkroom-edits-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.runIf(hasCurl)('the commands of Pictoora, with a provider that speaks as OpenAI', () => {
  it('can upload two pictures, start an edit, follow it and fetch its result', async () => {
    const server = await startEditServer({ key: editKey, port: inject('serverPorts').edits });
    // Never spawnSync: the provider lives in this process, and must be able to answer.
    const curl = async (...args: string[]) => {
      const all = ['-s', '-S', '-H', `X-API-Key: ${darkroom.key}`, ...args];
      const { stdout, stderr } = await run('curl', all, { cwd: folder });
      if (stderr) throw new Error(stderr);
      return stdout;
    };
    const json = async (...args: string[]) => JSON.parse(await curl(...args));
    const api = `${darkroom.baseUrl}/api/v1`;
    const post = (path: string, body?: object) =>
      json(
        '-X',
        'POST',
        `${api}${path}`,
        '-H',
        'Content-Type: application/json',
        ...bodyArguments(body),
      );
    const bodyArguments = (body?: object) => (body ? ['-d', JSON.stringify(body)] : []);
    const upload = (file: string) => json('-X', 'POST', `${api}/upload`, '-F', `file=@${file}`);
    try {
      const face = await drawnJpeg({ width: 600, height: 400, seed: 61, orientation: 6 });
      writeFileSync(join(folder, 'face.jpg'), face);
      writeFileSync(join(folder, 'page.heic'), drawnHeic({ irot: 3 }));

      const before = await json(`${api}/cache/status`);
      const initiated = await post('/initiate-process');
      expect(initiated).toMatchObject({ status: 'success', code: 3000, error: null });
      const { init_id } = initiated.data;
      const source = await upload('face.jpg');
      const target = await upload('page.heic');
      expect(source).toMatchObject({ code: 2000, data: { file_path: /./, file_url: /http/ } });
      const started = await post('/process/book', {
        init_id,
        source_url: source.data.file_url,
        target_url: target.data.file_url,
        prompt: 'Put this face onto that page.',
      });
      expect(started).toMatchObject({
        status: 'success',
        code: 4000,
        data: { init_id, status: 'PENDING', result_url: null, process_id: expect.any(String) },
      });
      const { process_id } = started.data;
      const ended = await eventually(
        async () => {
          const answer = await post('/process/status', { init_id });
          expect(answer.data.status).toBe('COMPLETED');
          return answer;
        },
        { within: darkroom.scaleTimeout(30_000), every: 200 },
      );

      expect(ended).toMatchObject({
        code: 5000,
        data: {
          init_id,
          process_id,
          result_url: expect.stringMatching(
            /^http.*\/i\/[a-z2-7]{26}\/w3840\?v=[\w-]{14}&s=[\w-]{43}$/,
          ),
          expires_at: expect.stringMatching(/Z$/),
          edits: [{ edit_id: process_id, status: 'COMPLETED', error: null }],
        },
      });
      expect((await post('/process/status', { process_id })).data).toEqual(ended.data);
      const listed = await json(`${darkroom.baseUrl}/api/edits?limit=100`);
      expect(listed).toMatchObject({ status: 'success', code: 5000, page: { limit: 100 } });
      expect(listed.data).toContainEqual(ended.data.edits[0]);
      expect(JSON.stringify(listed)).not.toContain(init_id);
      await curl('-L', '-o', 'result', ended.data.result_url);
      const result = readFileSync(join(folder, 'result'));
      const metadata = await sharp(result).metadata();
      expect(metadata).toMatchObject({ width: 600, height: 400 }); // as it is seen
      for (const kind of ['exif', 'icc', 'iptc', 'xmp'] as const)
        expect(metadata[kind], kind).toBeUndefined();
      expect(result.equals(face)).toBe(false);
      expect(await readPixels(result)).not.toEqual(await readPixels(face));

      expect(server.calls.map(({ fault }) => fault)).toEqual([undefined]);
      expect(server.calls[0]?.pictures).toHaveLength(2);
      for (const { bytes } of server.calls[0]?.pictures ?? []) {
        const { format, exif } = await sharp(bytes).metadata(); // a HEIC is sent as JPEG
        expect({ format, exif }).toEqual({ format: 'jpeg', exif: undefined });
      }

      const cache = await json(`${api}/cache/status`);
      expect(cache).toMatchObject({
        code: 6000,
        data: {
          count: before.data.count + 1,
          bound: 1000,
          sets: before.data.sets + 1,
          evictions: 0,
          misses: before.data.misses,
        },
      });
      expect(cache.data.hits).toBeGreaterThan(before.data.hits + 1);
      expect(JSON.stringify(cache)).not.toContain(init_id);
      expect(JSON.stringify(cache)).not.toContain(process_id);

      // The result is an image like any other: listed, thumbnailed, and edited again.
      const [newest] = (await json(`${darkroom.baseUrl}/api/images?limit=1`)).data;
      expect(newest).toMatchObject({ source: 'edit', image_id: ended.data.edits[0].image_id });
      await eventually(async () => {
        const { data } = await json(`${darkroom.baseUrl}/api/images/${newest.image_id}`);
        expect(data).toMatchObject({
          ...{ status: 'done', error: null },
          edit: {
            edit_id: process_id,
            prompt: 'Put this face onto that page.',
            source_image_id: source.data.image_id,
            provider: 'openai',
            model: expect.any(String),
          },
        });
      });
      const again = await post('/process/book', {
        init_id,
        source_url: ended.data.result_url,
        prompt: 'Once more.',
      });
      await eventually(
        async () => {
          const { data } = await post('/process/status', { init_id });
          expect(data).toMatchObject({ status: 'COMPLETED', process_id: again.data.process_id });
          expect(data.edits).toHaveLength(2);
        },
        { within: darkroom.scaleTimeout(30_000), every: 200 },
      );
      expect(server.calls).toHaveLength(2);
    } finally {
      await server.stop();
    }
  }, 120_000);
});

/** A few pixels, to tell pictures apart by what they show. */
const readPixels = async (picture: Buffer) => [
  ...(await sharp(picture)
    .autoOrient()
    .resize(2, 2, { fit: 'fill' })
    .removeAlpha()
    .raw()
    .toBuffer()),
];
