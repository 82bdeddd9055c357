// One worker in its own process. Its argument is the path of its bundle. Handles each event that
// it is sent, and replies with the handler's result and the CPU time of this process so far.
import { loadHandler, makeContext } from '#infra/local-cloud/lambda/invoke.ts';

const [modulePath = ''] = process.argv.slice(2);
const facts = { name: 'bench', memoryMb: 1024, timeoutSeconds: 60 };

process.once('disconnect', () => process.exit(0));
const handler = await loadHandler(modulePath, 'handler');
process.on('message', async (event) => {
  const answer = await handler(event, makeContext(facts, 'us-east-1'));
  const { user, system } = process.cpuUsage();
  process.send?.({ answer, cpuMs: (user + system) / 1000 });
});
process.send?.('loaded');
