import {
  CreateTableCommand,
  type GlobalSecondaryIndex,
  type KeySchemaElement,
} from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { succeeded } from '#lib/aws/dynamo-conditions.ts';
import { transactionWrite } from '#lib/aws/dynamo-rendition-sets.ts';
import { start } from '#lib/images/advance-steps.ts';
import { counterDeltas } from '#lib/images/counters.ts';
import { Image, statusOf } from '#lib/images/image.ts';
import type { Images, Versioned } from '#lib/images/images.ts';

const imagesTable = 'first-wave-images';
const countersTable = 'first-wave-counters';
const BillingMode = 'PAY_PER_REQUEST';

const key = (...names: string[]): KeySchemaElement[] =>
  names.map((AttributeName, at) => ({ AttributeName, KeyType: at === 0 ? 'HASH' : 'RANGE' }));
const text = (...names: string[]) =>
  names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const }));
const index = (IndexName: string, hash: string): GlobalSecondaryIndex => ({
  IndexName,
  KeySchema: key(hash, 'listed_at'),
  Projection: { ProjectionType: 'KEYS_ONLY' },
});

const createTables = async (client: DynamoDBDocumentClient): Promise<void> => {
  await client.send(
    new CreateTableCommand({
      TableName: imagesTable,
      BillingMode,
      KeySchema: key('image_id', 'part'),
      AttributeDefinitions: text('image_id', 'part', 'shelf', 'status_shelf', 'listed_at'),
      GlobalSecondaryIndexes: [index('by-time', 'shelf'), index('by-status', 'status_shelf')],
    }),
  );
  await client.send(
    new CreateTableCommand({
      TableName: countersTable,
      BillingMode,
      KeySchema: key('of', 'shard'),
      AttributeDefinitions: text('of', 'shard'),
    }),
  );
};

const Stored = z.object({ v: z.int(), image: Image });
const recordKey = (imageId: string) => ({ image_id: imageId, part: 'record' });

const toPut = (version: number, image: Image) => {
  const month = image.listedAt.slice(0, 7);
  return {
    TableName: imagesTable,
    Item: {
      ...recordKey(image.imageId),
      v: version + 1,
      listed_at: `${image.listedAt}#${image.imageId}`,
      shelf: month,
      status_shelf: `${statusOf(image)}#${month}`,
      image,
    },
    ConditionExpression: version ? '#v = :v' : 'attribute_not_exists(#v)',
    ExpressionAttributeNames: { '#v': 'v' },
    ...(version && { ExpressionAttributeValues: { ':v': version } }),
  };
};

const toIncrement = (imageId: string, deltas: [string, number][]) => ({
  TableName: countersTable,
  Key: { of: 'stats', shard: String(imageId.charCodeAt(0) % 16).padStart(2, '0') },
  UpdateExpression: `ADD ${deltas.map((_, n) => `#n${n} :n${n}`).join(', ')}`,
  ExpressionAttributeNames: Object.fromEntries(deltas.map(([name], n) => [`#n${n}`, name])),
  ExpressionAttributeValues: Object.fromEntries(deltas.map(([, by], n) => [`:n${n}`, by])),
});

/**
 * The writes of commit 4d27351, to compare with: a whole record each time, in one transaction with one
 * of 16 counters under a single partition key, and listed under one partition key for each month and one
 * for each month and status. Creates its two tables.
 */
export const firstWaveImages = async (
  client: DynamoDBDocumentClient,
  renditionSetsTable: string,
): Promise<Pick<Images, 'find' | 'begin' | 'save' | 'putRawExif'>> => {
  await createTables(client);
  const find = async (imageId: string): Promise<Versioned | undefined> => {
    const Key = recordKey(imageId);
    const { Item: item } = await client.send(
      new GetCommand({ TableName: imagesTable, Key, ConsistentRead: true }),
    );
    if (!item) return undefined;
    const { v, image } = Stored.parse(item);
    return { image, version: v };
  };
  const save: Images['save'] = async (before, after, change) => {
    const put = toPut(before?.version ?? 0, after);
    const deltas = Object.entries(counterDeltas(before?.image, after));
    const writes = [
      { Put: put },
      ...(deltas.length ? [{ Update: toIncrement(after.imageId, deltas) }] : []),
      ...(change ? [transactionWrite(renditionSetsTable, change)] : []),
    ];
    const saved = await succeeded(
      writes.length > 1
        ? client.send(new TransactWriteCommand({ TransactItems: writes }))
        : client.send(new PutCommand(put)),
    );
    return saved ? { image: after, version: (before?.version ?? 0) + 1 } : undefined;
  };
  return {
    find,
    save,
    async begin(imageId, _, now) {
      const found = await find(imageId);
      if (!found || found.image.beganAt) return found;
      return (await save(found, start(found.image, now))) ?? find(imageId);
    },
    async putRawExif(imageId, rev, raw) {
      const Item = { image_id: imageId, part: 'exif', rev, raw: JSON.stringify(raw) };
      await client.send(new PutCommand({ TableName: imagesTable, Item }));
    },
  };
};
