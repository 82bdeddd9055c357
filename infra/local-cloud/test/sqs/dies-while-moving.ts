// Receives from the queue `work` of a folder, and is killed when the first message has moved to the
// dead letters, before that is committed.
import { openDatabase } from '../../emulators/sqs/database.ts';
import { openQueueService } from '../../emulators/sqs/queue-service.ts';
import { account } from './account.ts';

const [folder = ''] = process.argv.slice(2);
const database = openDatabase(folder);
database.function('die', () => {
  process.kill(process.pid, 'SIGKILL');
  for (;;); // until it has come
});
database.exec(
  'CREATE TEMP TRIGGER dying AFTER UPDATE OF queue_id ON messages BEGIN SELECT die(); END',
);
const service = openQueueService(database, { ...account, now: Date.now });
const { signal } = new AbortController();
const limits = { maxMessages: 1, visibilityMs: 0, waitMs: 0, signal };
await service.receive(service.queues.get('work'), limits);
