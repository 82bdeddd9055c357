import { afterAll, beforeAll } from 'vitest';
import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { dynamoRows } from '#lib/aws/dynamo-rows.ts';
import { inMemoryBatches } from '#test/support/in-memory-batches.ts';
import { openDynamodbBackend } from './backend.ts';
import { batchesContract } from './batches.contract.ts';

batchesContract('memory', async () => inMemoryBatches());

let backend: Awaited<ReturnType<typeof openDynamodbBackend>>;
beforeAll(async () => {
  backend = await openDynamodbBackend();
});
afterAll(() => backend.stop());

batchesContract('DynamoDB', async () => {
  const tables = await backend.makeTables();
  const { client } = backend;
  return { batches: dynamoBatches(tables, client), rows: dynamoRows(tables, client) };
});
