import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { listen, type RunningServer } from '../../http/listen.ts';
import { requestHandler } from './handle-request.ts';
import type { S3Context } from './operations/operation.ts';
import type { CorsRule } from './requests/cors.ts';
import { bucketStore } from './store/bucket-store.ts';
import { openByteFiles } from './store/byte-files.ts';
import { fileReferences } from './store/file-references.ts';
import { objectStore, type StoreParts } from './store/object-store.ts';
import { openDatabase } from './store/open-database.ts';
import { type OnEvent, openOutbox } from './store/outbox.ts';
import { uploadStore } from './store/upload-store.ts';

export type { CorsRule } from './requests/cors.ts';
export { type ObjectEvent, type ObjectEventName, toNotification } from './s3-event.ts';
export type { OnEvent } from './store/outbox.ts';

export type S3Options = {
  port: number;
  host?: string | undefined;
  /** Made, if it does not exist. No other process may use it. */
  folder: string;
  /** Without it, any access key is taken. */
  accessKeyId?: string | undefined;
  /** Every request must be signed with it. */
  secretAccessKey: string;
  region?: string | undefined;
  /** Made at the start, where they do not exist. */
  buckets?: readonly string[];
  /** By bucket, as its CorsConfiguration.CorsRules in CloudFormation. */
  cors?: Readonly<Record<string, readonly CorsRule[]>>;
  /**
   * Sends an event, after the change that it describes was committed. If it rejects, it is called
   * again, first after 100 ms, then after twice as long each time, up to 30 s; and at the next start.
   */
  onEvent: OnEvent;
  /** Whether such an event has a listener. If not, it is not stored; without this, all are sent. */
  isWanted?: StoreParts['isWanted'];
  /** Called for each failed send and each request that was answered with 500. */
  onError?: (error: unknown) => void;
};

/**
 * S3 on this machine: objects in files, all else in SQLite. Whatever kills the process at any
 * instruction, what was answered is there, an object is whole or absent, and the event of each
 * change is sent at least once. Rejects if the port is taken.
 */
export const startS3 = async (options: S3Options): Promise<RunningServer> => {
  const {
    port,
    host,
    folder,
    region = 'us-east-1',
    buckets: bucketNames = [],
    cors = {},
  } = options;
  const { onEvent, isWanted = () => true, onError = report } = options;
  mkdirSync(folder, { recursive: true });
  const database = openDatabase(folder);
  const references = fileReferences(database);
  const files = openByteFiles(join(folder, 'contents'), references.has);
  const outbox = openOutbox(database, { onEvent, onError });
  const objects = objectStore({ database, references, files, outbox, isWanted });
  const buckets = bucketStore(database, references);
  for (const name of bucketNames) buckets.add(name);
  const context: S3Context = {
    buckets,
    objects,
    uploads: uploadStore({ database, references, files }, objects),
    files,
    key: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    region,
  };

  const handle = requestHandler({ context, cors, onError });
  const underWay = new Set<Promise<void>>();
  const server = await listen(
    (message, response) => {
      const handled = handle(message, response)
        .catch(onError)
        .finally(() => underWay.delete(handled));
      underWay.add(handled);
    },
    { port, host },
  ).catch((error: unknown) => {
    database.close();
    throw error;
  });
  // Not before the port is ours: a process that is still running may have it, and this folder.
  const cleaned = files.removeOrphans().catch(onError);
  outbox.send();

  const close = async () => {
    await server.stop();
    await Promise.all(underWay);
    await outbox.stop();
    await files.close();
    await cleaned;
    database.close();
  };
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= close();
    return stopped;
  };
  return { ...server, stop };
};

const report = (error: unknown): void => console.error('S3 emulator:', error);
