import { crc32 } from 'node:zlib';
import { type MetadataParts, noParts } from './metadata-parts.ts';
import { partReader } from './part-reader.ts';
import { addTextChunk, mayHoldMetadata } from './png-text-chunk.ts';
import type { Reader } from './range-reader.ts';

type Chunk = { type: string; data: Reader };

const kinds = ['eXIf', 'zTXt', 'tEXt', 'iTXt'] as const;
const isOfInterest = (type: string) => (kinds as readonly string[]).includes(type);
const maxTextBytes = 262_144;
const maxParts = 16; // a picture has three or four; each may be inflated to a megabyte

/** Chunks up to the pixels, then whatever whole chunks the file's end holds. */
export const partsInPng = async (reader: Reader): Promise<MetadataParts> => {
  const found = noParts();
  let parts = 0;
  for await (const chunk of chunksOfInterest(reader)) {
    if (await add(found, chunk)) parts++;
    if (parts === maxParts) break;
  }
  return found;
};

async function* chunksOfInterest(reader: Reader): AsyncGenerator<Chunk> {
  for (let at = 8; ; ) {
    const head = await reader.at(at, 8);
    if (!head) return;
    const type = head.toString('latin1', 4);
    const length = head.readUInt32BE(0);
    if (type === 'IDAT') break;
    if (isOfInterest(type)) yield { type, data: partReader(reader, at + 8, length) };
    at += 12 + length;
  }
  for (const chunk of await chunksInTail(reader)) yield chunk;
}

/** True where the chunk is metadata by its name, whether it can be read or not. */
const add = async (found: MetadataParts, { type, data }: Chunk): Promise<boolean> => {
  if (type === 'eXIf') {
    found.exif.push(data);
    return true;
  }
  const start = await data.at(0, Math.min(80, data.sizeBytes));
  if (!start || !mayHoldMetadata(start) || data.sizeBytes > maxTextBytes) return false;
  const bytes = await data.at(0, data.sizeBytes);
  if (bytes) addTextChunk(found, type, bytes);
  return true;
};

const tailBytes = 163_840; // EXIF as large as a JPEG can hold, written as hexadecimal digits
const maxTries = 32;

/**
 * Thousands of IDAT chunks may lie between, so the end is searched for names of chunks: the
 * checksum distinguishes a chunk from pixels that look like one.
 */
const chunksInTail = async (reader: Reader): Promise<Chunk[]> => {
  const start = Math.max(0, reader.sizeBytes - tailBytes);
  const tail = await reader.at(start, reader.sizeBytes - start);
  const chunks: Chunk[] = [];
  if (!tail) return chunks;
  const places = kinds.flatMap((kind) => lastPlaces(tail, kind)).sort((one, other) => one - other);
  for (const at of places) {
    const end = at + 4 + tail.readUInt32BE(at - 4);
    if (end + 4 > tail.length || crc32(tail.subarray(at, end)) !== tail.readUInt32BE(end)) continue;
    const type = tail.toString('latin1', at, at + 4);
    chunks.push({ type, data: partReader(reader, start + at + 4, end - at - 4) });
  }
  return chunks;
};

const lastPlaces = (tail: Buffer, kind: string): number[] => {
  const places: number[] = [];
  let at = tail.lastIndexOf(kind);
  for (; at >= 4 && places.length < maxTries; at = tail.lastIndexOf(kind, at - 1)) places.push(at);
  return places;
};
