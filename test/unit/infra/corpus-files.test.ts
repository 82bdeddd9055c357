import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { failure } from '#lib/failure.ts';
import { renditionKey } from '#lib/images/rendition-set.ts';
import { faultsOfReason, generalizeReason } from '#test/corpus/check-reason.ts';
import { faultsOfRenditions } from '#test/corpus/check-renditions.ts';
import { cuts } from '#test/corpus/kinds/cuts.ts';
import { flips } from '#test/corpus/kinds/flips.ts';
import type { HostileFile } from '#test/corpus/kinds/hostile-files.ts';
import { workThrough } from '#test/corpus/work-through.ts';
import { randomFrom } from '#test/faults/random.ts';
import { drawnJpeg, phoneExif } from '#test/support/drawn-pictures.ts';
import { inMemoryObjects } from '#test/support/in-memory-objects.ts';

const folder = mkdtempSync(join(tmpdir(), 'darkroom-corpus-test-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a reason of a failure', () => {
  test.each([
    'The file is empty.',
    'invalid file format: the file is PNG, but its name says JPEG. Make them agree and send it again.',
    'The original is no longer there.',
  ])('is good: %s', (reason) => {
    expect(faultsOfReason(reason)).toEqual([]);
  });

  test.each([
    '',
    'unknown',
    'The reason is unknown to us.',
    'VipsJpeg: premature end of JPEG image.',
    'TypeError: x is undefined.',
    'The file at /var/task/x/y is not there.',
    'It has no end',
    'It rings the \u0007 bell.',
  ])('is bad: %j', (reason) => {
    expect(faultsOfReason(reason).length).toBeGreaterThan(0);
  });

  test('equals another that differs only in numbers or names', () => {
    const said = (width: string, name: string) =>
      generalizeReason(`The file is PNG, but its name says ${name}. It has ${width} pixels.`);

    expect(said('16 384', 'JPEG')).toBe(said('7', 'JPEG 2000'));
    expect(said('7', 'JPEG')).not.toBe(generalizeReason('The file is empty.'));
  });
});

describe('a rendition in the corpus run', () => {
  const content = {
    renditionSetId: 'aa/small-200',
    owner: 'me.1',
    renditions: [{ name: 'small', width: 40, height: 30, sizeBytes: 0 }],
    placeholder: 'HdcJFYJNPImvaJiKlYiGVsJAAh0V',
    dominantColor: '#336699',
  };
  const faultsWith = async (bytes: Buffer, placeholder = content.placeholder) => {
    const [small] = content.renditions;
    const renditions = small ? [{ ...small, sizeBytes: bytes.length }] : [];
    const derived = inMemoryObjects({ [renditionKey(content, 'small')]: bytes });
    return faultsOfRenditions({ ...content, renditions, placeholder }, derived);
  };

  test('is good when it decodes and holds nothing else', async () => {
    expect(await faultsWith(await drawnJpeg({ width: 40, height: 30 }))).toEqual([]);
  });

  test('may not carry tags, break off, have another shape, or be nothing', async () => {
    const jpeg = await drawnJpeg({ width: 40, height: 30 });
    const tagged = await drawnJpeg({ width: 40, height: 30, exif: phoneExif });

    expect(await faultsWith(tagged)).toEqual(['the rendition small still carries exif']);
    expect(await faultsWith(jpeg.subarray(0, -200))).toEqual([expect.stringMatching(/not decode/)]);
    expect(await faultsWith(await drawnJpeg({ width: 40, height: 31 }))).toHaveLength(1);
    expect(await faultsWith(jpeg, '')).toEqual(['the placeholder is no ThumbHash: ']);
    expect(await faultsOfRenditions(content, inMemoryObjects())).toEqual([
      'the rendition small is not there',
    ]);
  });
});

describe('processing a corpus file', () => {
  const no = failure('no', 'No.');
  const tools = { captioning: no, describe: async () => no };
  const work = (name: string, bytes: Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return workThrough({ path, name, ways: ['upload', 'drop', 'batch'] }, tools);
  };

  test('completes a good picture by every way of ingest', async () => {
    const endings = await work('beach.jpg', await drawnJpeg({ exif: phoneExif }));

    expect(endings.map(({ way }) => way)).toEqual(['upload', 'drop', 'batch']);
    for (const ending of endings) {
      expect(ending).toMatchObject({ status: 'done', format: 'jpeg', reasons: [], faults: [] });
      expect(ending.cpuMs).toBeGreaterThan(0);
      expect(ending.peakBytes).toBeGreaterThanOrEqual(ending.peakBeforeBytes);
    }
  });

  test('reports why a file is rejected, by every way of ingest', async () => {
    for (const ending of await work('empty.jpg', Buffer.alloc(0)))
      expect(ending).toMatchObject({
        status: 'rejected',
        reasons: ['The file is empty.'],
        faults: [],
      });
  });

  test('reports why a picture failed', async () => {
    const jpeg = await drawnJpeg();

    for (const ending of await work('cut.jpg', jpeg.subarray(0, 9000)))
      expect(ending).toMatchObject({
        status: 'failed',
        reasons: [expect.stringMatching(/^The JPEG picture ends too soon/)],
        faults: [],
      });
  });

  test('reports that a worker threw', async () => {
    const describe = async () => {
      throw new Error('The model is asleep.');
    };
    const path = join(folder, 'lake.jpg');
    writeFileSync(path, await drawnJpeg());
    const captioning = { ok: true as const, provider: 'test', model: 'a-model' };

    expect(
      await workThrough({ path, name: 'lake.jpg', ways: ['drop'] }, { captioning, describe }),
    ).toMatchObject([
      { status: 'broken', faults: [expect.stringMatching(/^threw Error: The model is asleep\./)] },
    ]);
  });
});

test('the same seed generates the same corpus, another seed a different one', async () => {
  const draw = async (seed: number) => {
    const random = randomFrom(seed);
    const files: HostileFile[] = [];
    for (const kind of [cuts, flips]) for await (const file of kind(random)) files.push(file);
    return files.map(({ name, bytes }) => `${name} ${Buffer.from(bytes).toString('base64')}`);
  };

  const first = await draw(1);

  expect(await draw(1)).toEqual(first);
  expect(await draw(2)).not.toEqual(first);
  expect(first.length).toBeGreaterThan(100);
});
