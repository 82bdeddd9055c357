// Runs an S3 in a process of its own, so that a test can kill it: folder, and how it dies.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { startS3 } from '../../emulators/s3/start-s3.ts';

const [folder = '', death = 'none'] = process.argv.slice(2);
const server = await startS3({
  port: 0,
  folder,
  secretAccessKey: 'secret',
  buckets: ['pictures'],
  onEvent: async (_, { name, key, etag, sequencer }) => {
    if (death === 'before-first-event') process.kill(process.pid, 'SIGKILL');
    appendFileSync(join(folder, 'events'), `${JSON.stringify({ name, key, etag, sequencer })}\n`);
  },
});
process.once('SIGTERM', () => void server.stop().finally(() => process.exit()));
console.log(server.url);
