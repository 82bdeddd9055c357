import { expect, test } from 'vitest';
import { drawnBy, drawnPng, phoneExif } from '#test/support/drawn-pictures.ts';
import {
  exifSegment,
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
import { type Entry, jpegWith, rationals, short, text, tiffBlock } from './tiff-block.ts';

const xmpFacts = `
  <exif:DateTimeOriginal>2019-05-04T03:02:01+02:00</exif:DateTimeOriginal>
  <exif:GPSLatitude>47,22.5N</exif:GPSLatitude><exif:GPSLongitude>8,32,30W</exif:GPSLongitude>
  <exif:GPSAltitude>4081/10</exif:GPSAltitude><exif:GPSAltitudeRef>1</exif:GPSAltitudeRef>
  <exif:ISOSpeedRatings><rdf:Seq><rdf:li>320</rdf:li></rdf:Seq></exif:ISOSpeedRatings>
  <dc:title><rdf:Alt><rdf:li xml:lang="de">Hafen</rdf:li><rdf:li xml:lang="x-default">Harbour &amp; quay</rdf:li></rdf:Alt></dc:title>
  <dc:description><rdf:Alt><rdf:li xml:lang="x-default"><![CDATA[Two <b> boats]]></rdf:li></rdf:Alt></dc:description>
  <dc:subject><rdf:Bag><rdf:li>boats</rdf:li><rdf:li>d&#xFC;sk</rdf:li><rdf:li>boats</rdf:li></rdf:Bag></dc:subject>`;
const xmpAttributes = `tiff:Make="XmpMake" tiff:Model='XmpModel' aux:Lens="Lens 35mm f/2"
  exif:ExposureTime="1/50" exif:FNumber="28/10" exif:FocalLength="35/1" tiff:Orientation="6"`;
const packet = xmpPacket(xmpFacts, xmpAttributes);

const ofXmp = {
  cameraMake: 'XmpMake',
  cameraModel: 'XmpModel',
  lensModel: 'Lens 35mm f/2',
  datetimeOriginal: '2019-05-04T03:02:01+02:00',
  iso: 320,
  focalLength: 35,
  exposureTime: 0.02,
  fNumber: 2.8,
  gps: { lat: 47.375, lon: -(8 + 32.5 / 60), alt: -408.1 },
  title: 'Harbour & quay',
  description: 'Two <b> boats',
  keywords: ['boats', 'düsk'],
};
const allFrom = (source: string) =>
  Object.fromEntries(Object.keys(ofXmp).map((field) => [field, source]));

const behind = (file: Buffer, type: string, contents: string) => {
  const head = Buffer.alloc(8);
  head.write(type);
  head.writeUInt32LE(Buffer.byteLength(contents), 4);
  return Buffer.concat([file, head, Buffer.from(contents)]);
};
const xmpTag = (contents: string): Entry => {
  const bytes = Buffer.from(contents);
  return { tag: 0x02bc, type: 1, count: bytes.length, bytes };
};
const png = () => drawnPng({ width: 64, height: 48 });
const small = { width: 64, height: 48 };

test.each([
  ['a JPEG', async () => makeJpeg(xmpSegment(packet))],
  [
    'iTXt of a PNG',
    async () => withChunk(await png(), textChunk('iTXt', 'XML:com.adobe.xmp', packet), 'before'),
  ],
  [
    'iTXt behind the pixels of a PNG',
    async () => withChunk(await png(), textChunk('iTXt', 'XML:com.adobe.xmp', packet), 'behind'),
  ],
  [
    'a raw profile of a PNG',
    async () =>
      withChunk(await png(), rawProfileChunk('zTXt', 'xmp', Buffer.from(packet)), 'before'),
  ],
  ['a WebP', async () => behind(await drawnBy.webp(small), 'XMP ', packet)],
  ['a TIFF', async () => tiffBlock({ ifd0: [xmpTag(packet)] })],
  ['the first directory of EXIF', async () => jpegWith(tiffBlock({ ifd0: [xmpTag(packet)] }))],
  ['UTF-16', async () => tiffBlock({ ifd0: [{ ...xmpTag(''), ...utf16(packet) }] })],
])('the XMP in %s is used where EXIF is absent', async (_, make) => {
  const { exif, raw } = await read(await make());

  expect(exif).toEqual({ ...ofXmp, sources: allFrom('xmp') });
  expect(raw).not.toHaveProperty('Orientation');
});

const utf16 = (contents: string) => {
  const bytes = Buffer.from(`\ufeff${contents}`, 'utf16le');
  return { count: bytes.length, bytes };
};

test('EXIF has precedence over XMP, field by field', async () => {
  const block = tiffBlock({
    ifd0: [text(0x010f, 'ExifMake')],
    exif: [rationals(0x829d, [[0, 0]]), short(0x8827, 100)],
  });

  const { exif } = await read(makeJpeg(exifSegment(block), xmpSegment(packet)));

  const { cameraMake: _, iso: __, ...others } = allFrom('xmp');
  expect(exif).toEqual({ ...ofXmp, cameraMake: 'ExifMake', iso: 100, sources: others });
});

test('XMP is read under whatever prefixes it declares', async () => {
  const odd = `<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description
    xmlns:a="http://ns.adobe.com/tiff/1.0/" a:Make="A &gt; B"><a:Model>M</a:Model></r:Description></r:RDF>`;

  expect((await read(makeJpeg(xmpSegment(odd)))).exif).toMatchObject({
    cameraMake: 'A > B',
    cameraModel: 'M',
  });
});

test('XMP inside a structure or a list of structures is not read as a property', async () => {
  const inside = `<xmp:Thing rdf:parseType="Resource"><tiff:Make>Nested</tiff:Make></xmp:Thing>
    <xmp:History><rdf:Seq><rdf:li><rdf:Description tiff:Make="Nested"/></rdf:li></rdf:Seq></xmp:History>
    <tiff:Model>Own</tiff:Model>`;

  expect((await read(makeJpeg(xmpSegment(xmpPacket(inside))))).exif).toMatchObject({
    cameraMake: null,
    cameraModel: 'Own',
  });
});

test('XMP without any known field is no metadata', async () => {
  const { found } = await read(makeJpeg(xmpSegment(xmpPacket('', 'xmp:CreatorTool="A tool"'))));

  expect(found).toBeNull();
});

test('a truncated XMP packet is read up to where it ends', async () => {
  const cut = packet.slice(0, packet.indexOf('<dc:subject>') + 40);

  const { exif } = await read(makeJpeg(xmpSegment(cut)));

  expect(exif).toMatchObject({ cameraMake: 'XmpMake', title: 'Harbour & quay' });
  expect(exif?.keywords).toBeUndefined();
});

const extension = (guid: string, all: string, offset: number, length: number) => {
  const bytes = Buffer.from(all).subarray(offset, offset + length);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(Buffer.byteLength(all), 0);
  head.writeUInt32BE(offset, 4);
  const signature = Buffer.from(`http://ns.adobe.com/xmp/extension/\0${guid}`, 'latin1');
  return segment(0xe1, Buffer.concat([signature, head, bytes]));
};

test('extended XMP is assembled by its offsets, in any order of its segments', async () => {
  const guid = 'A'.repeat(32);
  const all = xmpPacket(`<dc:source>${'x'.repeat(70_000)}</dc:source>${xmpFacts}`);
  const main = xmpSegment(xmpPacket('', 'tiff:Make="XmpMake"'));

  const { exif } = await read(
    makeJpeg(main, extension(guid, all, 40_000, 60_000), extension(guid, all, 0, 40_000)),
  );

  expect(exif).toMatchObject({ cameraMake: 'XmpMake', keywords: ['boats', 'düsk'] });
});

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
