import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { theClient } from './client.ts';

const darkroom = theClient();
const folder = mkdtempSync(join(tmpdir(), 'darkroom-seeds-'));
beforeAll(async () => {
  const photo = await drawnJpeg({ width: 1000, height: 750, seed: 81 });
  for (const name of ['cat.jpg', 'test.jpg', 'photo.jpg']) writeFileSync(join(folder, name), photo);
  writeFileSync(join(folder, 'file.xlsx'), 'PK\u0003\u0004 a spreadsheet');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A command as a README has it, but for host and port; `<id>` is an image's. */
const run = (command: string, id = '') => {
  const here = command
    .replaceAll(/http:\/\/(localhost|127\.0\.0\.1):8000/g, darkroom.baseUrl)
    .replaceAll(/<(IMAGE_ID|image_id|id)>|\b1234\b/g, id)
    .replaceAll('/path/to/', `${folder}/`);
  // None of them knew keys, but a deployed stage does.
  const { key } = darkroom;
  const keyless = here.replace('-H "X-API-Key: any"', '');
  const keyed = key ? `${keyless} -H 'X-API-Key: ${key}'` : here;
  const { stdout, error } = spawnSync('sh', ['-c', `${keyed} -s -S`], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (error) throw error;
  return stdout;
};
const json = (command: string, id?: string) => JSON.parse(run(command, id));
const hasCurl = spawnSync('curl', ['--version']).status === 0;

describe.runIf(hasCurl)(
  'the curl commands of the replaced services work as their READMEs say:',
  () => {
    const uploaded = (command: string) => {
      const answer = json(command);
      expect(answer).toMatchObject({ status: 'success', data: { status: 'queued' }, error: null });
      return String(answer.data.image_id);
    };

    it('the commands of imgapi', async () => {
      const id = uploaded(
        'curl -X POST "http://localhost:8000/api/images" -F "file=@/path/to/photo.jpg"',
      );
      await darkroom.ended(id);
      const refused = json(
        'curl -X POST "http://localhost:8000/api/images" -F "file=@/path/to/file.xlsx"',
      );
      expect(refused).toMatchObject({
        status: 'failed',
        data: { original_name: 'file.xlsx', metadata: {}, thumbnails: {} },
        error: expect.stringMatching(/^invalid file format/),
      });
      expect(json('curl "http://localhost:8000/api/images"').data[0]).toHaveProperty('image_id');
      expect(json('curl "http://localhost:8000/api/images/<IMAGE_ID>"', id).data).toMatchObject({
        image_id: id,
        status: 'done',
        metadata: { width: 1000, height: 750, format: 'jpeg', size_bytes: expect.any(Number) },
      });
      run('curl -o small.jpg "http://localhost:8000/api/images/<IMAGE_ID>/thumbnails/small"', id);
      expect(await sharp(readFileSync(join(folder, 'small.jpg'))).metadata()).toMatchObject({
        width: 200,
      });
      expect(json('curl "http://localhost:8000/api/stats"').data).toMatchObject({
        total: expect.any(Number),
        failed: expect.any(Number),
        success_rate: expect.any(Number),
        average_processing_time_seconds: expect.any(Number),
      });
    });

    it('the commands of image-api', async () => {
      const id = uploaded('curl -X POST "http://127.0.0.1:8000/api/images" -F "file=@cat.jpg"');
      await eventually(() =>
        expect(json('curl http://127.0.0.1:8000/api/images/1234', id).data.status).toBe('done'),
      );
      run('curl http://127.0.0.1:8000/api/images/1234/thumbnails/small --output thumb.jpg', id);
      expect(await sharp(readFileSync(join(folder, 'thumb.jpg'))).metadata()).toMatchObject({
        format: 'jpeg',
      });
    });

    it('the commands of imageprocessingapi', async () => {
      const id = uploaded('curl -X POST "http://localhost:8000/api/images" -F "file=@test.jpg"');
      await darkroom.ended(id);
      expect(json('curl http://localhost:8000/api/images')).toMatchObject({ status: 'success' });
      expect(json('curl "http://localhost:8000/api/images/<id>"', id).data).toMatchObject({
        thumbnails: { small: expect.any(String), medium: expect.any(String) },
      });
      run('curl -o thumb_small.jpg  "http://localhost:8000/api/images/<id>/thumbnails/small"', id);
      run('curl -o thumb_medium.jpg "http://localhost:8000/api/images/<id>/thumbnails/medium"', id);
      expect(await sharp(readFileSync(join(folder, 'thumb_medium.jpg'))).metadata()).toMatchObject({
        width: 800,
      });
      expect(json('curl http://localhost:8000/api/stats').data).toMatchObject({
        success: expect.any(Number),
        failure_rate: expect.any(Number),
        avg_processing_time_ms: expect.any(Number),
      });
      expect(json('curl http://localhost:8000/api/images/unknown')).toEqual({
        status: 'error',
        code: 2001,
        data: null,
        error: 'Image not found',
        error_code: 'image_not_found',
      });
    });

    it('the picture commands of Pictoora', () => {
      expect(json('curl http://localhost:8000/api/v1/')).toMatchObject({ code: 1000 });
      expect(json('curl http://localhost:8000/api/v1/health')).toMatchObject({ code: 1000 });
      const answer = json(
        'curl -X POST http://localhost:8000/api/v1/upload -H "X-API-Key: any" -F "file=@photo.jpg"',
      );
      expect(answer).toMatchObject({
        code: 2000,
        data: { file_path: expect.any(String), file_url: expect.stringContaining('/original') },
      });
    });
  },
);
