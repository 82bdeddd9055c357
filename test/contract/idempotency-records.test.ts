import { afterAll, beforeAll } from 'vitest';
import { dynamoIdempotencyRecords } from '#lib/aws/dynamo-idempotency-records.ts';
import type { IdempotencyRecords } from '#lib/idempotency-records.ts';
import { inMemoryIdempotencyRecords } from '#test/support/in-memory-idempotency-records.ts';
import { openDynamodbBackend } from './backend.ts';
import { idempotencyRecordsContract } from './idempotency-records.contract.ts';

idempotencyRecordsContract('memory', () => inMemoryIdempotencyRecords());

let idempotencyRecords: IdempotencyRecords;
let stop: () => Promise<void>;
beforeAll(async () => {
  const backend = await openDynamodbBackend();
  ({ stop } = backend);
  idempotencyRecords = dynamoIdempotencyRecords(await backend.makeTables(), backend.client);
});
afterAll(() => stop());
idempotencyRecordsContract('DynamoDB', () => idempotencyRecords);
