import { expect, test } from 'vitest';
import { drawnBy } from '#test/support/drawn-pictures.ts';
import { exifSegment, makeJpeg, segment, xmpPacket, xmpSegment } from './jpeg-segments.ts';
import { rawProfileChunk, textChunk, withChunk } from './raw-profile.ts';
import { readInMemory as read } from './read-in-memory.ts';
import { type Entry, jpegWith, rationals, short, text, tiffBlock } from './tiff-block.ts';
import { packet, png, small, xmpFacts } from './xmp-fixtures.ts';

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
