import { deflateSync } from 'node:zlib';
import { pngChunk } from '#test/support/hostile-pictures.ts';

/** Bytes as ImageMagick writes a profile into text: its name, its length, hexadecimal digits. */
const rawProfileText = (name: string, contents: Buffer): string => {
  const lines = contents.toString('hex').match(/.{1,72}/g) ?? [];
  return `\n${name}\n${String(contents.length).padStart(8)}\n${lines.join('\n')}\n`;
};

type TextChunk = 'tEXt' | 'zTXt' | 'iTXt';

/** A text chunk of PNG (§11.3.3): a keyword, and behind it text, deflated in zTXt. */
export const textChunk = (type: TextChunk, keyword: string, text: string | Buffer): Buffer => {
  const bytes = Buffer.from(text);
  const head = { tEXt: '', zTXt: '\0', iTXt: '\0\0\0\0' }[type];
  const body = type === 'zTXt' ? deflateSync(bytes) : bytes;
  return pngChunk(type, Buffer.concat([Buffer.from(`${keyword}\0${head}`), body]));
};

/** A `Raw profile type …` chunk; some writers have another name in its first line. */
export const rawProfileChunk = (
  type: TextChunk,
  name: string,
  contents: Buffer,
  firstLine = name,
): Buffer => textChunk(type, `Raw profile type ${name}`, rawProfileText(firstLine, contents));

/** The PNG with a chunk more: before the pixels, or behind them. */
export const withChunk = (png: Buffer, chunk: Buffer, where: 'before' | 'behind'): Buffer => {
  const at = where === 'before' ? 8 + 12 + 13 : png.length - 12;
  return Buffer.concat([png.subarray(0, at), chunk, png.subarray(at)]);
};
