import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, writevSync } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { S3Error } from '../s3-error.ts';
import { fileRemoval } from './file-removal.ts';
import type { Segment } from './stored-object.ts';

/** Bytes being read. `close` must be called, whether or not they were read to their end. */
export type ByteReader = { chunks(): AsyncGenerator<Buffer>; close(): void };

export type ByteFiles = {
  /** Rejects, and leaves nothing, if the bytes end early or exceed the limit. */
  write(
    bytes: AsyncIterable<Buffer>,
    options: { maxBytes: number; onBytes: (piece: Buffer) => void },
  ): Promise<{ segments: Segment[]; sizeBytes: number }>;
  /** Of some segments, from the first byte to the last, both included. */
  read(segments: readonly Segment[], first?: number, last?: number): ByteReader;
  /** Removes files that no row names any more, once their last reader has closed. */
  remove(files: readonly string[]): void;
  /** Removes, in the background, what a kill left behind. */
  removeOrphans(): Promise<void>;
  /** Begins no more removals; resolves when those under way have ended. */
  close(): Promise<void>;
};

// A socket takes and gives 64 KB pieces; fewer, larger ones to and from the disk cost less.
const writeBytes = 1024 * 1024;
const readBytes = 512 * 1024;
const filesPerTurn = 200; // looked up between two turns of the event loop

/**
 * Files of a folder, with random names. A file counts only once a row of the database names it; so
 * a kill leaves at most files that no row names, and they may be removed at any time.
 */
export const openByteFiles = (
  folder: string,
  isReferenced: (file: string) => boolean,
): ByteFiles => {
  mkdirSync(folder, { recursive: true });
  const foundAtStart = readdirSync(folder);
  const removal = fileRemoval(folder, isReferenced);

  return {
    write: async (bytes, { maxBytes, onBytes }) => {
      const file = randomUUID();
      try {
        const sizeBytes = await writeFile(join(folder, file), bytes, { maxBytes, onBytes });
        return { segments: [{ file, offset: 0, length: sizeBytes }], sizeBytes };
      } catch (error) {
        await unlink(join(folder, file)).catch(() => {});
        throw error;
      }
    },
    read: (segments, first = 0, last = Number.POSITIVE_INFINITY) => {
      const wanted = sliceSegments(segments, first, last);
      let isOpen = true;
      for (const { file } of wanted) removal.hold(file);
      return {
        chunks: async function* () {
          for (const segment of wanted) yield* readSegment(folder, segment);
        },
        close: () => {
          if (!isOpen) return;
          isOpen = false;
          for (const { file } of wanted) removal.release(file);
        },
      };
    },
    remove: (files) => {
      for (const file of files) removal.remove(file);
    },
    removeOrphans: async () => {
      // What is written now is not among them, however long this takes.
      for (let at = 0; at < foundAtStart.length && !removal.isClosed(); at += filesPerTurn) {
        const some = foundAtStart.slice(at, at + filesPerTurn);
        for (const file of some) removal.remove(file);
        await setImmediate();
        await removal.settled();
      }
    },
    close: removal.close,
  };
};

/** The bytes from first to last of segments laid end to end. */
export const sliceSegments = (
  segments: readonly Segment[],
  first: number,
  last: number,
): Segment[] => {
  let start = 0;
  const slices: Segment[] = [];
  for (const { file, offset, length } of segments) {
    const from = Math.max(first - start, 0);
    const to = Math.min(last + 1 - start, length);
    if (from < to) slices.push({ file, offset: offset + from, length: to - from });
    start += length;
  }
  return slices;
};

async function* readSegment(folder: string, { file, offset, length }: Segment) {
  const handle = await open(join(folder, file));
  try {
    const end = offset + length;
    for (let at = offset; at < end; ) {
      const buffer = Buffer.allocUnsafe(Math.min(readBytes, end - at));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) throw new Error(`The file ${file} is shorter than the database says.`);
      at += bytesRead;
      yield bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/*
 * Writes are synchronous: they go to the page cache at memory speed, and a thread of its own for
 * each costs more CPU than the copy.
 */
const writeFile = async (
  path: string,
  bytes: AsyncIterable<Buffer>,
  { maxBytes, onBytes }: { maxBytes: number; onBytes: (piece: Buffer) => void },
): Promise<number> => {
  const descriptor = openSync(path, 'wx');
  try {
    let sizeBytes = 0;
    let batch: Buffer[] = [];
    let batchBytes = 0;
    for await (const piece of bytes) {
      sizeBytes += piece.length;
      if (sizeBytes > maxBytes) throw entityTooLarge(maxBytes);
      onBytes(piece);
      batch.push(piece);
      batchBytes += piece.length;
      if (batchBytes < writeBytes) continue;
      writeAll(descriptor, batch, batchBytes);
      batch = [];
      batchBytes = 0;
    }
    if (batchBytes > 0) writeAll(descriptor, batch, batchBytes);
    return sizeBytes;
  } finally {
    closeSync(descriptor);
  }
};

/** A disk without room takes what fits and says so only in the count: the next write would fail. */
const writeAll = (descriptor: number, pieces: Buffer[], sizeBytes: number): void => {
  const written = writevSync(descriptor, pieces);
  if (written === sizeBytes) return;
  throw new Error(`The disk is full: of ${sizeBytes} bytes it took ${written}.`);
};

export const entityTooLarge = (maxBytes: number): S3Error =>
  new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
    MaxSizeAllowed: maxBytes,
  });
