import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import S3rver from 's3rver';
import { closeServer, listenOnLoopback, type Running } from './loopback.ts';
import { openCatalogue } from './s3/catalogue.ts';
import { openContents } from './s3/contents.ts';
import type { CorsRule } from './s3/cross-origin.ts';
import { gate } from './s3/gate.ts';
import { type OnEvent, objectStore } from './s3/object-store.ts';
import { s3rverStore } from './s3/s3rver-store.ts';

export type { CorsRule } from './s3/cross-origin.ts';
export type { OnEvent } from './s3/object-store.ts';

export type S3Options = {
  port: number;
  folder: string;
  /** Every request must be signed with it; with which access key does not matter. */
  secretAccessKey: string;
  /** Made at the start, where they do not exist. */
  buckets?: readonly string[];
  /** Awaited before a new object is answered. If it rejects, the answer is 500. */
  onEvent: OnEvent;
  /** By bucket, as its CorsConfiguration.CorsRules in CloudFormation. */
  cors?: Readonly<Record<string, readonly CorsRule[]>>;
};

/**
 * S3 by s3rver, behind a gate and over a store of our own: nobody comes in without a signature,
 * presigned forms are held to their policy, and an object is whole or absent and never without its
 * event, whenever the process is killed. Rejects if the port is taken.
 */
export const startS3 = async (options: S3Options): Promise<Running> => {
  const { port, folder, secretAccessKey: secret, buckets = [], onEvent, cors = {} } = options;
  mkdirSync(folder, { recursive: true });
  const catalogue = openCatalogue(folder);
  for (const bucket of buckets) catalogue.addBucket(bucket);
  const contents = openContents(join(folder, 'contents'), catalogue.contents());
  const objects = objectStore(catalogue, contents, onEvent);

  const s3rver = new S3rver({ directory: folder, silent: true, vhostBuckets: false });
  s3rver.store = s3rver.context.store = s3rverStore(catalogue, contents, objects);
  s3rver.context.logger = silence;
  s3rver.on('error', report);
  const [, writeXml, ...others] = s3rver.middleware; // without the first, which writes a log
  s3rver.middleware = [
    writeXml,
    gate({ catalogue, contents, objects, secret, cors }),
    ...others,
  ].filter((middleware) => middleware !== undefined);

  const server = createServer({ requestTimeout: 0 }, s3rver.callback()); // a slow upload is no fault
  let ended: Promise<void> | undefined;
  const stop = () => {
    ended ??= closeServer(server).then(() => catalogue.close());
    return ended;
  };
  const taken = await listenOnLoopback(server, port).catch((error: unknown) => {
    catalogue.close();
    throw error;
  });
  return { url: `http://127.0.0.1:${taken}`, port: taken, stop };
};

const silence = { info: () => {}, warn: () => {}, error: () => {} };

// A refusal is an answer; only what nobody expected is worth a line.
const report = (error: unknown): void => {
  const isRefusal = error instanceof Error && 'status' in error && Number(error.status) < 500;
  const isCutOff =
    error instanceof Error &&
    'code' in error &&
    /^ECONNRESET|^HPE_|^EPIPE/.test(String(error.code));
  if (!isRefusal && !isCutOff) console.error('S3 emulator:', error);
};
