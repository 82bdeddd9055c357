import { deflateRawSync, gzipSync } from 'node:zlib';
import type { Random } from '#test/faults/random.ts';
import { hostilePictures, pngChunk } from '#test/support/hostile-pictures.ts';
import type { HostileFile } from './hostile-files.ts';
import { endings, samples } from './samples.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');
const box = (type: string, body: Buffer) => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
};
const noise = (length: number, random: Random) =>
  Buffer.from(Array.from({ length }, () => Math.floor(random.next() * 256)));

/** Files of other kinds. None is a picture that we read, whatever its name. */
const foreign = (random: Random): Record<string, Buffer> => ({
  'drawing.svg': latin('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'),
  'entities.svg': latin(
    '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
  ),
  'zipped.svgz': gzipSync('<svg xmlns="http://www.w3.org/2000/svg"/>'),
  'page.html': latin('<!doctype html><script>alert(1)</script>'),
  'paper.pdf': latin('%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n'),
  'notes.txt': latin('eggs\nflour\nmilk\n'),
  'table.csv': latin('a,b\n1,2\n'),
  'data.json': latin('{"a":1}'),
  'script.sh': latin('#!/bin/sh\nreboot\n'),
  'program.exe': Buffer.concat([latin('MZ'), noise(500, random)]),
  'archive.zip': Buffer.concat([latin('PK\x03\x04'), deflateRawSync(Buffer.alloc(1_000_000))]),
  'archive.gz': gzipSync(Buffer.alloc(10_000_000)),
  'bitmap.bmp': Buffer.concat([latin('BM'), noise(500, random)]),
  'icon.ico': Buffer.concat([latin('\0\0\x01\0\x01\0'), noise(500, random)]),
  'layers.psd': Buffer.concat([latin('8BPS\0\x01'), noise(500, random)]),
  'codestream.jxl': Buffer.concat([latin('\xff\x0a'), noise(500, random)]),
  'wavelets.jp2': Buffer.concat([latin('\0\0\0\x0cjP  \r\n\x87\n'), noise(500, random)]),
  'film.mp4': Buffer.concat([box('ftyp', latin('isom\0\0\0\0mp42')), noise(500, random)]),
  'phone.heic': Buffer.concat([box('ftyp', latin('heic\0\0\0\0mif1heic')), noise(500, random)]),
  'burst.heics': Buffer.concat([box('ftyp', latin('msf1\0\0\0\0hevc')), noise(500, random)]),
  'camera.cr2': Buffer.concat([latin('II*\0\x10\0\0\0CR\x02\0'), noise(500, random)]),
  'camera.raf': Buffer.concat([latin('FUJIFILMCCD-RAW 0201'), noise(500, random)]),
  'matrix.mat': latin('3 3\n1 2 3\n4 5 6\n7 8 9\n'),
  'own.v': Buffer.concat([Buffer.from('b6a6f208', 'hex'), noise(500, random)]),
  'sun.ras': Buffer.concat([Buffer.from('59a66a95', 'hex'), noise(500, random)]),
  'plain.ppm': latin('P6\n2 2\n255\n0123456789ab'),
  'light.hdr': latin('#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n0000'),
  'stars.fits': latin(`SIMPLE  =                    T${' '.repeat(60)}`),
  'noise.bin': noise(4_000, random),
  'zeros.bin': Buffer.alloc(4_000),
  'nothing.bin': Buffer.alloc(0),
  'byte.bin': Buffer.from([0xff]),
});

const zip = Buffer.concat([
  latin('PK\x03\x04'),
  Buffer.alloc(60),
  latin('PK\x05\x06'),
  Buffer.alloc(18),
]);
const html = latin('<html><script>alert(document.domain)</script></html>');

/** Files that are not what they are called, or two formats at once. */
export async function* disguises(random: Random): AsyncGenerator<HostileFile> {
  for (const { name, bytes, expected } of await hostilePictures()) {
    const ends = expected === 'failed later' ? 'failed' : 'rejected';
    yield { name: `disguises/known-${name}`, bytes, ends };
  }
  for (const [name, bytes] of Object.entries(foreign(random)))
    for (const shown of [name, `${name}.jpg`])
      yield { name: `disguises/${shown}`, bytes, ends: 'rejected' };

  for (const [format, bytes] of await samples()) {
    const name = `disguises/really-${format}`;
    for (const [other, ending] of Object.entries(endings))
      if (other !== format) yield { name: `${name}.${ending}`, bytes, ends: 'done' };
    yield { name: `${name}.exe`, bytes, ends: 'done' };
    yield { name: `${name}.2024`, bytes, ends: 'done' };
    for (const [what, tail] of Object.entries({ zip, html }))
      yield {
        name: `disguises/with-${what}.${endings[format]}`,
        bytes: Buffer.concat([bytes, tail]),
        ends: 'done',
      };
    const script = Buffer.concat([bytes.subarray(0, 6), latin('/*'), bytes.subarray(8), html]);
    yield { name: `disguises/script.${endings[format]}`, bytes: script };
  }
  yield* inside();
}

/** Other data in places where a picture may hold anything. */
async function* inside(): AsyncGenerator<HostileFile> {
  for (const [format, bytes] of await samples()) {
    if (format === 'jpeg') {
      const comment = Buffer.concat([latin('\xff\xfe'), Buffer.from([0, html.length + 2]), html]);
      const whole = Buffer.concat([bytes.subarray(0, 2), comment, bytes.subarray(2)]);
      yield { name: 'disguises/comment.jpg', bytes: whole, ends: 'done' };
    }
    if (format === 'png') {
      const chunk = pngChunk('tEXt', Buffer.concat([latin('Comment\0'), html]));
      const whole = Buffer.concat([bytes.subarray(0, 33), chunk, bytes.subarray(33)]);
      yield { name: 'disguises/text.png', bytes: whole, ends: 'done' };
    }
  }
}
