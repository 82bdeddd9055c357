// One worker in a process of its own: loads a function, then answers one event after the other.
// Started by invoke-forked.ts, and gone with it.
import { z } from 'zod';
import { appIdVariable, forkedAppId } from './app-id.ts';
import { loadHandler, makeContext } from './invoke.ts';

const Facts = z.object({
  name: z.string(),
  modulePath: z.string(),
  exportName: z.string(),
  timeoutSeconds: z.number(),
  memoryMb: z.number(),
  region: z.string(),
});
const facts = Facts.parse(JSON.parse(process.argv[2] ?? ''));
process.title = facts.name;
// Behind an interceptor every call to S3, SQS and DynamoDB says whose it is.
if (process.env[appIdVariable]) process.env[appIdVariable] = forkedAppId(facts.name, process.pid);

const send = (message: unknown) => process.send?.(message);
process.once('disconnect', () => process.exit(0));
// A Ctrl-C reaches the whole group; the host decides when its workers end.
process.on('SIGINT', () => {});

try {
  const handler = await loadHandler(facts.modulePath, facts.exportName);
  process.on('message', async (event) => {
    try {
      const result = await handler(event, makeContext(facts, facts.region));
      send({ result: result ?? null });
    } catch (error) {
      send({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
  send({ loaded: true });
} catch (error) {
  send({ error: error instanceof Error ? error.message : String(error) });
}
