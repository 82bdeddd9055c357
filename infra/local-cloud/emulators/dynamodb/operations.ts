import type { Operation } from './engine.ts';
import {
  describeEndpoints,
  describeLimits,
  listTagsOfResource,
  tagResource,
  untagResource,
} from './operations/account.ts';
import { batchWriteItem } from './operations/batch-write-item.ts';
import { query, scan } from './operations/query-and-scan.ts';
import { batchGetItem, getItem, transactGetItems } from './operations/read-items.ts';
import { deleteItem, putItem, updateItem } from './operations/single-writes.ts';
import { createTable, deleteTable, describeTable, listTables } from './operations/tables.ts';
import { describeTimeToLive, updateTimeToLive } from './operations/time-to-live.ts';
import { transactWriteItems } from './operations/transact-write-items.ts';
import { updateTable } from './operations/update-table.ts';
import {
  describeStream,
  getRecords,
  getShardIterator,
  listStreams,
} from './streams/stream-operations.ts';

/** By the X-Amz-Target of a request. */
export const operations: ReadonlyMap<string, Operation> = new Map([
  ...Object.entries({
    BatchGetItem: batchGetItem,
    BatchWriteItem: batchWriteItem,
    CreateTable: createTable,
    DeleteItem: deleteItem,
    DeleteTable: deleteTable,
    DescribeEndpoints: describeEndpoints,
    DescribeLimits: describeLimits,
    DescribeTable: describeTable,
    DescribeTimeToLive: describeTimeToLive,
    GetItem: getItem,
    ListTables: listTables,
    ListTagsOfResource: listTagsOfResource,
    PutItem: putItem,
    Query: query,
    Scan: scan,
    TagResource: tagResource,
    TransactGetItems: transactGetItems,
    TransactWriteItems: transactWriteItems,
    UntagResource: untagResource,
    UpdateItem: updateItem,
    UpdateTable: updateTable,
    UpdateTimeToLive: updateTimeToLive,
  }).map(([name, operation]) => [`DynamoDB_20120810.${name}`, operation] as const),
  ...Object.entries({
    DescribeStream: describeStream,
    GetRecords: getRecords,
    GetShardIterator: getShardIterator,
    ListStreams: listStreams,
  }).map(([name, operation]) => [`DynamoDBStreams_20120810.${name}`, operation] as const),
]);
