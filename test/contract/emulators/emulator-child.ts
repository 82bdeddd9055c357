// Runs one emulator in a process of its own, so that a test can kill it: kind, folder.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDynamodb } from '#infra/local/emulators/dynamodb.ts';
import type { Running } from '#infra/local/emulators/loopback.ts';
import { startS3 } from '#infra/local/emulators/s3.ts';
import { startSqs } from '#infra/local/emulators/sqs.ts';
import { PersistenceManager } from '../../../node_modules/fauxqs/dist/persistence.js';

const [kind, folder = ''] = process.argv.slice(2);
const port = 0;
const onEvent = async (_: string, { key }: { key: string }) =>
  appendFileSync(join(folder, 'news'), `${key}\n`);
const die = () => process.kill(process.pid, 'SIGKILL');
const starts: Record<string, () => Promise<Running>> = {
  dynamodb: () => startDynamodb({ port, folder }),
  'dying-dynamodb': () => startDynamodb({ port, folder, afterWrite: die }),
  sqs: () => startSqs({ port, folder }),
  'dying-sqs': () => {
    const { insertMessage } = PersistenceManager.prototype;
    PersistenceManager.prototype.insertMessage = function (name, message) {
      if (message.approximateReceiveCount > 0) die(); // it is on its way to the dead letters
      insertMessage.call(this, name, message);
    };
    return startSqs({ port, folder });
  },
  s3: () => startS3({ port, folder, secretAccessKey: 'secret', buckets: ['pictures'], onEvent }),
};
const running = await starts[kind ?? '']?.();
process.once('SIGTERM', () => void running?.stop().finally(() => process.exit()));
console.log(running?.url);
