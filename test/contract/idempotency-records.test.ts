import { afterAll, beforeAll } from 'vitest';
import type { Answers } from '#lib/idempotency-records.ts';
import { dynamoAnswers } from '#lib/aws/dynamo-idempotency-records.ts';
import { inMemoryAnswers } from '#test/support/in-memory-idempotency-records.ts';
import { answersContract } from './idempotency-records.contract.ts';
import { openDynamodbBackend } from './backend.ts';

answersContract('memory', () => inMemoryAnswers());

let answers: Answers;
let stop: () => Promise<void>;
beforeAll(async () => {
  const backend = await openDynamodbBackend();
  ({ stop } = backend);
  answers = dynamoAnswers(await backend.makeTables(), backend.client);
});
afterAll(() => stop());
answersContract('DynamoDB', () => answers);
