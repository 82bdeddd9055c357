import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRenditionSets } from '#lib/aws/dynamo-rendition-sets.ts';
import { inMemoryImages } from '#test/support/in-memory-images.ts';
import { embedded, openDynamodbBackend } from './backend.ts';
import { imageCrowdContract } from './image-concurrency.contract.ts';

imageCrowdContract('memory', async () => {
  const images = inMemoryImages();
  return { images, renditionSets: images.renditionSets };
});

// AWS cancels a transaction that meets another on the same item; no emulator does, so it is injected.
let injected = 0;
const conflict = () => {
  const now = Math.random() < 0.3;
  if (now) injected++;
  return now;
};

let backend: Awaited<ReturnType<typeof openDynamodbBackend>>;
beforeAll(async () => {
  backend = await openDynamodbBackend({ conflict });
});
afterAll(() => backend.stop());

imageCrowdContract('DynamoDB, with conflicts', async () => {
  const tables = await backend.makeTables();
  const { client } = backend;
  return {
    images: dynamoImages(tables, client),
    renditionSets: dynamoRenditionSets(tables, client),
  };
});

describe.runIf(embedded)('the concurrency test', () => {
  it('met TransactionConflicts', () => {
    expect(injected).toBeGreaterThan(50);
  });
});
