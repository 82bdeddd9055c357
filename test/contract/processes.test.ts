import { afterAll, beforeAll } from 'vitest';
import { dynamoProcesses } from '#lib/aws/dynamo-processes.ts';
import { inMemoryProcesses } from '#test/support/in-memory-processes.ts';
import { openDynamodbBackend } from './backend.ts';
import { processesContract } from './processes.contract.ts';
import { makeProcessesTable } from './processes-table.ts';

processesContract('memory', async () => inMemoryProcesses());

let backend: Awaited<ReturnType<typeof openDynamodbBackend>>;
const made: (() => Promise<void>)[] = [];
beforeAll(async () => {
  backend = await openDynamodbBackend();
});
afterAll(async () => {
  for (const remove of made) await remove();
  await backend.stop();
});

processesContract('DynamoDB', async () => {
  const { processesTable, remove } = await makeProcessesTable(backend.client);
  made.push(remove);
  return dynamoProcesses({ processesTable }, backend.client);
});
