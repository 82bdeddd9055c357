import { ListBucketsCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { fromItem } from '#lib/aws/dynamo-image-items.ts';
import type { TableName } from '#lib/tables.ts';
import {
  StoredBatch,
  StoredCounter,
  type StoredImage,
  type StoredRecords,
  StoredRenditionSet,
  StoredRow,
} from './stored-records.ts';

type Stage = {
  stage: string;
  dynamodb: DynamoDBDocumentClient;
  s3: S3Client;
  /** Receives a line for each table and bucket that has been read. */
  onProgress?: (line: string) => void;
};

type Item = Record<string, unknown>;

/** Reads all tables and both buckets of a stage; on AWS each 4 KB costs a read unit. */
export const readAll = async ({
  dynamodb,
  s3,
  stage,
  onProgress = () => {},
}: Stage): Promise<StoredRecords> => {
  const table = async (name: TableName) => {
    const items = await scan(dynamodb, `darkroom-${stage}-${name}`);
    onProgress(`${name}: ${items.length} items`);
    return items;
  };
  const bucket = async (name: string) => {
    const objects = await listObjects(s3, await findBucket(s3, `darkroom-${stage}-${name}`));
    onProgress(`${name}: ${objects.size} objects`);
    return objects;
  };
  // The objects after the records: one that was stored meanwhile is at worst reported as unknown.
  const [images, renditionSets, counters, batches] = await Promise.all(
    (['images', 'rendition-sets', 'counters', 'batches'] as const).map(table),
  );
  const [originals = new Map(), derived = new Map()] = await Promise.all(
    ['originals', 'derived'].map(bucket),
  );
  return {
    images: withPart(images, 'record').map(toStoredImage),
    rawTags: withPart(images, 'exif').map((item) => RawTags.parse(item)),
    renditionSets: z.array(StoredRenditionSet).parse(renditionSets),
    counters: z.array(StoredCounter).parse(counters),
    batches: z.array(StoredBatch).parse(withPart(batches, 'head')),
    rows: (batches ?? []).flatMap((item) => {
      const row = StoredRow.safeParse(item);
      return row.success ? [row.data] : [];
    }),
    originals,
    derived: new Set(derived.keys()),
  };
};

const withPart = (items: Item[] = [], part: string) =>
  items.filter((item) => item['part'] === part);

const toStoredImage = (item: Item): StoredImage => {
  const { shard, listed_at, taken_at, status_shard } = item;
  return { ...fromItem(item), indexAttributes: { shard, listed_at, taken_at, status_shard } };
};

const RawTags = z
  .object({ image_id: z.string(), rev: z.int() })
  .transform(({ image_id: imageId, rev }) => ({ imageId, rev }));

const scan = async (dynamodb: DynamoDBDocumentClient, TableName: string): Promise<Item[]> => {
  const items: Item[] = [];
  let startKey: Item | undefined;
  do {
    const page = await dynamodb.send(
      new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey: startKey }),
    );
    items.push(...(page.Items ?? []));
    startKey = page.LastEvaluatedKey;
  } while (startKey);
  return items;
};

/** On AWS the name of a bucket ends with the account's number. */
const findBucket = async (s3: S3Client, name: string): Promise<string> => {
  const { Buckets = [] } = await s3.send(new ListBucketsCommand());
  const pattern = new RegExp(`^${name}(-\\d{12})?$`);
  const found = Buckets.find(({ Name = '' }) => pattern.test(Name))?.Name;
  if (!found) throw new Error(`There is no bucket ${name}.`);
  return found;
};

const listObjects = async (s3: S3Client, Bucket: string): Promise<Map<string, string>> => {
  const objects = new Map<string, string>();
  let token: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: token }));
    for (const { Key, ETag } of page.Contents ?? [])
      if (Key !== undefined) objects.set(Key, (ETag ?? '').replaceAll('"', ''));
    token = page.NextContinuationToken;
  } while (token);
  return objects;
};
