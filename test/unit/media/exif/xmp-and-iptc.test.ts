import { expect, test } from 'vitest';
import { drawnBy, phoneExif } from '#test/support/drawn-pictures.ts';
import {
  iptcRecord,
  iptcSegment,
  makeJpeg,
  photoshopResource,
  segment,
  xmpPacket,
  xmpSegment,
} from './jpeg-segments.ts';
import { rawProfileChunk, textChunk, withChunk } from './raw-profile.ts';
import { readInMemory as read } from './read-in-memory.ts';
import { type Entry, tiffBlock } from './tiff-block.ts';
import { packet, png, small, xmpFacts } from './xmp-fixtures.ts';

const iptc = [
  iptcRecord(5, 'Hafen'),
  iptcRecord(25, 'boats'),
  iptcRecord(25, Buffer.from('d\xfcsk', 'latin1')),
  iptcRecord(55, '20040910'),
  iptcRecord(60, '123005-0500'),
  iptcRecord(120, 'Two boats'),
];

const ofIptc = {
  datetimeOriginal: '2004-09-10T12:30:05-05:00',
  title: 'Hafen',
  description: 'Two boats',
  keywords: ['boats', 'düsk'],
};

const iptcSources = {
  datetimeOriginal: 'iptc',
  title: 'iptc',
  description: 'iptc',
  keywords: 'iptc',
};

const bareIptc = Buffer.concat(iptc);

const iptcTag = (tag: number, type: number, bytes: Buffer): Entry => ({
  tag,
  type,
  count: type === 4 ? bytes.length / 4 : bytes.length,
  bytes,
});

const padded = Buffer.concat([bareIptc, Buffer.alloc((4 - (bareIptc.length % 4)) % 4)]);

test.each([
  ['a JPEG', async () => makeJpeg(iptcSegment(...iptc))],
  [
    'a raw profile of a PNG',
    async () =>
      withChunk(
        await png(),
        rawProfileChunk('zTXt', 'iptc', photoshopResource(0x0404, bareIptc)),
        'before',
      ),
  ],
  [
    'a raw profile whose name has two words',
    async () =>
      withChunk(await png(), rawProfileChunk('tEXt', 'iptc', bareIptc, 'IPTC profile'), 'before'),
  ],
  ['a TIFF', async () => tiffBlock({ ifd0: [iptcTag(0x83bb, 7, bareIptc)] })],
  [
    'longs of a TIFF, in the wrong byte order',
    async () => tiffBlock({ ifd0: [iptcTag(0x83bb, 4, Buffer.from(padded).swap32())] }),
  ],
  [
    "Photoshop's resources in a TIFF",
    async () => tiffBlock({ ifd0: [iptcTag(0x8649, 1, photoshopResource(0x0404, bareIptc))] }),
  ],
])('the IPTC records in %s are used where EXIF and XMP are absent', async (_, make) => {
  const { exif } = await read(await make());

  expect(exif).toMatchObject({ ...ofIptc, cameraMake: null, sources: iptcSources });
});

test('IPTC records split over two segments are read as one', async () => {
  const whole = iptcSegment(...iptc);
  const body = whole.subarray(4 + 'Photoshop 3.0\0'.length);
  const part = (bytes: Buffer) =>
    segment(0xed, Buffer.concat([Buffer.from('Photoshop 3.0\0', 'latin1'), bytes]));

  const { exif } = await read(makeJpeg(part(body.subarray(0, 60)), part(body.subarray(60))));

  expect(exif).toMatchObject(ofIptc);
});

test('IPTC records that declare UTF-8 are decoded as UTF-8', async () => {
  const { exif } = await read(
    makeJpeg(iptcSegment(iptcRecord(90, '\x1b%G', 1), iptcRecord(5, 'Käfer'))),
  );

  expect(exif?.title).toBe('Käfer');
});

test('XMP has precedence over IPTC', async () => {
  const { exif } = await read(makeJpeg(iptcSegment(...iptc), xmpSegment(xmpPacket(xmpFacts))));

  expect(exif).toMatchObject({ title: 'Harbour & quay', sources: { title: 'xmp' } });
});

test('a date of IPTC without a time begins at midnight', async () => {
  const { exif } = await read(makeJpeg(iptcSegment(iptcRecord(55, '20040910'))));

  expect(exif?.datetimeOriginal).toBe('2004-09-10T00:00:00');
});

test('a picture with EXIF alone names no sources', async () => {
  const { exif } = await read(await drawnBy.jpeg({ ...small, exif: phoneExif }));

  expect(exif).not.toHaveProperty('sources');
});

test.each([
  ['a tag that never ends', `<rdf:RDF><rdf:Description ${'a'.repeat(200_000)}`],
  ['a value that never ends', `<rdf:RDF><rdf:Description a="${'>'.repeat(200_000)}`],
  ['names without values', `<rdf:RDF><rdf:Description ${'a '.repeat(100_000)}>`],
  ['a comment that never ends', `<!--${'-'.repeat(200_000)}`],
  ['tags in tags', '<rdf:Description>'.repeat(12_000)],
  ['entities of its own', '<!DOCTYPE a [<!ENTITY b "boom">]><rdf:Description tiff:Make="&b;"/>'],
  [
    'characters that do not exist',
    '<rdf:RDF><rdf:Description tiff:Make="&#xFFFFFF;&#0;"/></rdf:RDF>',
  ],
])('XMP with %s neither throws nor takes long', async (_, packet) => {
  const file = withChunk(await png(), textChunk('iTXt', 'XML:com.adobe.xmp', packet), 'before');
  const before = process.cpuUsage();

  const { exif } = await read(file);

  const { user, system } = process.cpuUsage(before);
  expect(exif?.cameraMake ?? '').not.toBe('boom');
  expect((user + system) / 1000).toBeLessThan(1_000);
});

test('XMP and IPTC with any bytes never throw', async () => {
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return state % below;
  };
  const whole = makeJpeg(iptcSegment(...iptc), xmpSegment(packet));

  for (let round = 0; round < 300; round++) {
    const broken = Buffer.from(whole.subarray(0, random(whole.length)));
    for (let flips = random(30); flips > 0 && broken.length > 0; flips--)
      broken[random(broken.length)] = random(256);
    const { found } = await read(broken);
    expect(found === null || typeof found.exif === 'object').toBe(true);
  }
});
