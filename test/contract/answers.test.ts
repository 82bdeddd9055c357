import { afterAll, beforeAll } from 'vitest';
import type { Answers } from '#lib/answers.ts';
import { dynamoAnswers } from '#lib/aws/dynamo-answers.ts';
import { inMemoryAnswers } from '#test/support/in-memory-answers.ts';
import { answersContract } from './answers.contract.ts';
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
