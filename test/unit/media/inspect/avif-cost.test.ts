import { expect, test } from 'vitest';
import { readAv1 } from '#lib/media/inspect/av1.ts';
import { estimateAvifCost } from '#lib/media/inspect/avif-cost.ts';
import { withFrames } from '#test/corpus/kinds/avif-frames.ts';
import { measureCpuTime } from '#test/support/cpu-time.ts';
import { drawn, drawnAvif, phoneExif } from '#test/support/drawn-pictures.ts';
import { avifBlock, avifStill, type Fields, frame, sequence } from './avif-block.ts';

const picture = () => drawn({ width: 200, height: 120, exif: phoneExif });
const pixels = 200 * 120;

test.each([
  [{ chromaSubsampling: '4:2:0' }, 1.5],
  [{ chromaSubsampling: '4:4:4' }, 3],
  [{ chromaSubsampling: '4:2:0', bitdepth: 10 }, 3],
  [{ chromaSubsampling: '4:4:4', bitdepth: 10 }, 6],
  [{ chromaSubsampling: '4:4:4', bitdepth: 12 }, 6],
  [{ lossless: true }, 3],
] as const)(
  'the cost of an AVIF written with %j includes the bytes per pixel',
  async (options, bytes) => {
    const avif = await (await picture()).avif({ effort: 0, ...options }).toBuffer();

    expect(estimateAvifCost(avif)).toEqual({ pixels, bytesPerPixel: bytes, pixelsInAll: pixels });
  },
);

test('the cost of an AVIF counts transparency as a second picture', async () => {
  const avif = await drawnAvif({ width: 200, height: 120, transparent: 0.5 });

  expect(estimateAvifCost(avif)?.pixelsInAll).toBe(2 * pixels);
});

test('the cost of an AVIF counts repeated decoding, and is unknown beyond four frames', async () => {
  const avif = await drawnAvif({ width: 200, height: 120 });

  expect(estimateAvifCost(withFrames(avif, 3))).toMatchObject({ pixelsInAll: 3 * pixels });
  expect(estimateAvifCost(withFrames(avif, 5))).toBeUndefined();
});

test('the cost of an AVIF ignores unknown item types', async () => {
  const avif = await (await picture()).avif({ effort: 0 }).toBuffer();
  const overlay = Buffer.from(avif);
  overlay.write('iovl', overlay.indexOf('av01', overlay.indexOf('infe')), 'latin1');

  expect(estimateAvifCost(avif)).toBeDefined();
  expect(estimateAvifCost(overlay)).toBeUndefined();
});

test('the cost of an AVIF includes frames hidden in its configuration', async () => {
  const avif = await drawnAvif({ width: 200, height: 120 });
  const coded = avif.subarray(avif.indexOf('mdat', 0, 'latin1') + 4);
  const settings = avif.indexOf('av1C', 0, 'latin1');
  const sizes = ['av1C', 'ipco', 'iprp', 'meta'].map((type) => avif.indexOf(type) - 4);
  const longer = Buffer.from(avif);
  for (const at of sizes) longer.writeUInt32BE(longer.readUInt32BE(at) + coded.length, at);
  const hiding = Buffer.concat([
    longer.subarray(0, settings + 8),
    coded,
    longer.subarray(settings + 8),
  ]);

  expect(estimateAvifCost(hiding)).toBeUndefined();
});

test('the cost of an AVIF is bounded when item locations are repeated a thousand times', async () => {
  const avif = await drawnAvif({ width: 200, height: 120 });
  const places = avif.indexOf('iloc', 0, 'latin1') + 4;
  const endless = Buffer.from(avif);
  endless.writeUInt16BE(0, places + 4); // no field has any bytes
  for (let at = places + 6; at < places + 20; at++) endless[at] = 0xff;

  const { answer, cpuMs } = await measureCpuTime(() => estimateAvifCost(endless));

  expect(answer).toBeUndefined();
  expect(cpuMs).toBeLessThan(250);
});

test('a truncated AVIF is left to the decoder', async () => {
  const avif = await drawnAvif({ width: 200, height: 120 });

  expect(estimateAvifCost(avif.subarray(0, avif.length - 500))).toMatchObject({ pixels });
});

test('the cost of an AVIF never throws, whatever the bytes', async () => {
  const avif = await drawnAvif({ width: 64, height: 48, transparent: 0.5, exif: phoneExif });
  const head = avif.indexOf('mdat', 0, 'latin1') + 60;
  let state = 5;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 8) % below;
  };

  for (let round = 0; round < 2_000; round++) {
    const broken = Buffer.from(avif);
    for (let flips = 1 + random(6); flips > 0; flips--) broken[random(head)] = random(256);
    const work = estimateAvifCost(broken);
    expect(work === undefined || work.pixels >= 0).toBe(true);
  }
});

const megapixel = avifStill(1_000, 1_000);
const grid = { type: 'grid', data: Buffer.alloc(8) };
const tile = { type: 'av01', data: megapixel };

test('the cost of an AVIF counts a tile as often as a grid shows it, at most 256 of them', () => {
  const of = (times: number) =>
    estimateAvifCost(avifBlock([{ ...grid, of: Array(times).fill(2) }, tile]));

  expect(of(1)).toEqual({ pixels: 1e6, bytesPerPixel: 1.5, pixelsInAll: 1e6 });
  expect(of(256)).toEqual({ pixels: 1e6, bytesPerPixel: 1.5, pixelsInAll: 256e6 });
  expect(of(257)).toBeUndefined();
});

test('an AVIF grid may have a gain map, but no grid of grids', () => {
  const inner = { ...grid, of: [3] };
  const outer = (type: string) => avifBlock([{ ...grid, type, of: [2] }, inner, tile]);

  expect(estimateAvifCost(outer('tmap'))).toBeDefined();
  expect(estimateAvifCost(outer('grid'))).toBeUndefined();
});

test('AVIF items may share bytes, but no item may exceed the file', () => {
  const layer = { type: 'av01', data: Buffer.concat([megapixel, Buffer.alloc(2_000)]) };

  expect(estimateAvifCost(avifBlock([layer, layer, layer]))).toBeDefined();
  expect(estimateAvifCost(avifBlock(Array(6).fill(layer)))).toBeUndefined();
  expect(estimateAvifCost(avifBlock([{ ...layer, times: 2 }]))).toBeUndefined();
});

test('two concatenated AVIF files are read, three are not', () => {
  expect(estimateAvifCost(avifBlock([tile], 2))).toBeDefined();
  expect(estimateAvifCost(avifBlock([tile], 3))).toBeUndefined();
  expect(estimateAvifCost(Buffer.alloc(0))).toBeUndefined();
});

const size: Fields = [
  [11, 4],
  [10, 4],
  [3_999, 12],
  [1_499, 11],
];

test('the size in the sequence header of an AVIF film is read, with a high bit depth assumed', () => {
  const head: Fields = [
    [0, 3],
    [0, 1],
    [0, 1],
  ];
  const points: Fields = [
    [0, 12],
    [8, 5],
    [1, 1],
  ]; // the first of them, with a tier
  const cut = sequence([...head, [0, 1], [0, 1], [0, 5], ...points]);
  const simple = sequence([...head, [0, 1], [0, 1], [0, 5], ...points, ...size]);
  const clock: Fields = [
    [1_000, 32],
    [60_000, 32],
    [1, 1],
    [0b00101, 5],
  ];
  const model: Fields = [
    [1, 1],
    [9, 5],
    [1_000, 32],
    [4, 5],
    [4, 5],
  ];
  const modelled: Fields = [
    [0, 12],
    [5, 5],
    [1, 1],
    [3, 10],
    [4, 10],
    [1, 1],
    [1, 1],
    [3, 4],
  ];
  const plain: Fields = [
    [0, 12],
    [9, 5],
    [1, 1],
    [0, 1],
    [0, 1],
  ];
  const delays: Fields = [
    [1, 1],
    [1, 5],
  ]; // and two points
  const timed = sequence([
    ...head,
    [1, 1],
    ...clock,
    ...model,
    ...delays,
    ...modelled,
    ...plain,
    ...size,
  ]);

  for (const header of [simple, timed])
    expect(readAv1(header)).toEqual({ frames: 0, pixels: 4_000 * 1_500, bytesPerPixel: 3 });
  expect(readAv1(cut)?.pixels).toBe(0); // ends before its size
});

test('counting AV1 frames ends where the units make no sense', () => {
  const shown = Buffer.from([0x1a, 1, 0x80]);

  expect(readAv1(Buffer.concat([frame, shown, frame]))?.frames).toBe(3);
  expect(readAv1(Buffer.concat([frame, Buffer.from([0x80]), frame]))?.frames).toBe(1);
  expect(readAv1(Buffer.concat([frame, Buffer.from([0x30]), frame]))?.frames).toBe(1);
  expect(readAv1(Buffer.alloc(20, 0xff))?.frames).toBe(0);
});

test('counting AV1 frames gives up at more units than a picture needs', () => {
  const padding = Buffer.from([0x7a, 0]);

  expect(readAv1(Buffer.alloc(2 * 10_000, padding))?.frames).toBe(0);
  expect(readAv1(Buffer.alloc(2 * 10_001, padding))).toBeUndefined();
  expect(estimateAvifCost(avifBlock([{ type: 'av01', data: Buffer.alloc(30_000, padding) }]))).toBe(
    undefined,
  );
});
