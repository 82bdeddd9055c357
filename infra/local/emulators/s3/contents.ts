import { randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, unlinkSync } from 'node:fs';
import { constants, copyFile, type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { measure, type Payload } from './payload.ts';
import { refusal } from './refusal.ts';

/** Bytes that are safely in a file of their own; nothing shows them before the catalogue does. */
export type Received = { content: string; sizeBytes: number; etag: string; sha256: string | null };

export type Contents = {
  /** Rejects, and keeps nothing, if the bytes end early, exceed the limit or break a promise. */
  receive(payload: Payload, longestBytes: number): Promise<Received>;
  /** From first to last byte, both included. Rejects with ENOENT once the file was removed. */
  read(content: string, range?: { start: number; end: number }): Promise<Readable>;
  copy(content: string): Promise<string>;
  join(contents: string[]): Promise<Received>;
  /** Does what makes the bytes part of something; if that throws, nobody speaks for them. */
  orRemove<T>(content: string, accept: () => T): Promise<T>;
  remove(content: string | undefined): Promise<void>;
};

// A socket takes and gives 64 KB pieces; fewer, larger ones to and from the disk cost less.
const writtenAtOnce = 1024 * 1024;
const readAtOnce = 512 * 1024;

/** Files with random names. Those that nobody speaks for were left by a kill and go now. */
export const openContents = (folder: string, spokenFor: Set<string>): Contents => {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (!spokenFor.has(name)) unlinkSync(join(folder, name));
  }
  const pathOf = (content: string) => join(folder, content);
  const remove = async (content: string | undefined) => {
    // It may be gone, or, on Windows, still be read: then the next start removes it.
    if (content) await unlink(pathOf(content)).catch(() => {});
  };

  const receive: Contents['receive'] = async ({ bytes, promised }, longestBytes) => {
    const content = randomUUID();
    const file = await open(pathOf(content), 'wx');
    try {
      const sizes = measure(promised);
      const sizeBytes = await writeAll(file, bytes, longestBytes, sizes.add);
      return { content, sizeBytes, ...sizes.end() };
    } catch (error) {
      await remove(content);
      throw error;
    } finally {
      await file.close();
    }
  };

  const read: Contents['read'] = (content, range) =>
    new Promise((resolve, reject) => {
      const stream = createReadStream(pathOf(content), { ...range, highWaterMark: readAtOnce });
      stream.once('error', reject).once('open', () => resolve(stream));
    });

  return {
    receive,
    read,
    remove,
    copy: async (content) => {
      const copied = randomUUID();
      await copyFile(pathOf(content), pathOf(copied), constants.COPYFILE_FICLONE);
      return copied;
    },
    join: async (contents) => {
      async function* bytes() {
        for (const content of contents) yield* await read(content);
      }
      return receive({ bytes: bytes(), promised: new Map() }, Number.POSITIVE_INFINITY);
    },
    orRemove: async (content, accept) => {
      try {
        return accept();
      } catch (error) {
        await remove(content);
        throw error;
      }
    },
  };
};

const writeAll = async (
  file: FileHandle,
  bytes: AsyncIterable<Buffer>,
  longestBytes: number,
  seen: (piece: Buffer) => void,
): Promise<number> => {
  let sizeBytes = 0;
  let gathered: Buffer[] = [];
  let gatheredBytes = 0;
  for await (const piece of bytes) {
    sizeBytes += piece.length;
    if (sizeBytes > longestBytes) throw tooLarge(longestBytes);
    seen(piece);
    gathered.push(piece);
    gatheredBytes += piece.length;
    if (gatheredBytes < writtenAtOnce) continue;
    await writeWhole(file, gathered, gatheredBytes);
    gathered = [];
    gatheredBytes = 0;
  }
  if (gathered.length > 0) await writeWhole(file, gathered, gatheredBytes);
  return sizeBytes;
};

/** A disk without room takes what fits and says so only in the count: the next write would fail. */
const writeWhole = async (file: FileHandle, pieces: Buffer[], sizeBytes: number) => {
  const { bytesWritten } = await file.writev(pieces);
  if (bytesWritten === sizeBytes) return;
  throw new Error(`The disk is full: of ${sizeBytes} bytes it took ${bytesWritten}.`);
};

export const tooLarge = (longestBytes: number) =>
  refusal('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
    MaxSizeAllowed: longestBytes,
  });
