import {
  type AttributeValue,
  DeleteItemCommand,
  type DeleteItemCommandInput,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { createThings, start } from './dynamodb-harness.ts';

export const TableName = 'things';

export const Key = { id: { S: 'a' } };

export const open = async () => {
  const { client, url } = await start();
  await createThings(client);
  return {
    client,
    url,
    put: (Item: Record<string, AttributeValue>, more: Partial<PutItemCommandInput> = {}) =>
      client.send(new PutItemCommand({ TableName, Item, ...more })),
    update: (UpdateExpression: string, more: Partial<UpdateItemCommandInput> = {}) =>
      client.send(new UpdateItemCommand({ TableName, Key, UpdateExpression, ...more })),
    remove: (more: Partial<DeleteItemCommandInput> = {}) =>
      client.send(new DeleteItemCommand({ TableName, Key, ...more })),
    get: async () => (await client.send(new GetItemCommand({ TableName, Key }))).Item,
  };
};

export const invalid = (message: string | RegExp) =>
  expect.objectContaining({
    name: 'ValidationException',
    message: expect.stringMatching(message),
  });
