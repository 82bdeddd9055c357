import { TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRenditionSets } from '#lib/aws/dynamo-rendition-sets.ts';
import { inMemoryImages } from '#test/support/in-memory-images.ts';
import { openDynamodbBackend } from './backend.ts';
import { imageListQueriesContract } from './image-list-queries.contract.ts';
import { imageListsContract } from './image-lists.contract.ts';
import { imagesContract, type OpenImages } from './images.contract.ts';
import { renditionSetsContract } from './rendition-sets.contract.ts';

const inMemory: OpenImages = async () => {
  const images = inMemoryImages();
  return { images, renditionSets: images.renditionSets };
};
imagesContract('memory', inMemory);
renditionSetsContract('memory', inMemory);
imageListsContract('memory', inMemory);
imageListQueriesContract('memory', inMemory);

let backend: Awaited<ReturnType<typeof openDynamodbBackend>>;
beforeAll(async () => {
  backend = await openDynamodbBackend();
});
afterAll(() => backend.stop());

const inDynamodb: OpenImages = async () => {
  const tables = await backend.makeTables();
  const { client } = backend;
  return {
    images: dynamoImages(tables, client),
    renditionSets: dynamoRenditionSets(tables, client),
  };
};
imagesContract('DynamoDB', inDynamodb);
renditionSetsContract('DynamoDB', inDynamodb);
imageListsContract('DynamoDB', inDynamodb);
imageListQueriesContract('DynamoDB', inDynamodb);

it('DynamoDB does not silently lose raw tags while a transaction has their item', async () => {
  const { images } = await inDynamodb();
  const { middlewareStack } = backend.client;
  const inUse = new TransactionConflictException({ message: 'in use', $metadata: {} });
  middlewareStack.add(() => () => Promise.reject(inUse), { step: 'initialize', name: 'in-use' });
  try {
    await expect(images.putRawExif('an-image', 1, { Make: 'Leica' })).rejects.toBe(inUse);
    await expect(images.deleteRawExif('an-image', 1)).rejects.toBe(inUse);
  } finally {
    middlewareStack.remove('in-use');
  }
});
