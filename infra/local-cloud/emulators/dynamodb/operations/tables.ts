import { randomUUID } from 'node:crypto';
import {
  DynamodbError,
  invalidParameter,
  resourceNotFound,
  validationError,
} from '../dynamodb-error.ts';
import type { Engine, Operation } from '../engine.ts';
import type { NewStream, Table } from '../storage/catalog.ts';
import type { KeyAttribute, StreamViewType, TableDefinition } from '../storage/table-definition.ts';
import { describeTable as describe } from './describe-table.ts';
import { checkBounds, readInput, readTableName, type Shape } from './input.ts';
import {
  checkAllUsed,
  readAttributes,
  readIndex,
  readKeySchema,
  readStreamSpecification,
} from './read-table-definition.ts';

const maxGlobalIndexes = 20;
const maxLocalIndexes = 5;
export const billingModes = ['PROVISIONED', 'PAY_PER_REQUEST'] as const;
export type Throughput = { ReadCapacityUnits: number; WriteCapacityUnits: number };
export const noThroughput: Throughput = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };

const createShape: Shape = {
  TableName: 'string!',
  AttributeDefinitions: 'list!',
  KeySchema: 'list!',
  BillingMode: billingModes,
  ProvisionedThroughput: 'map',
  GlobalSecondaryIndexes: 'list',
  LocalSecondaryIndexes: 'list',
  StreamSpecification: 'map',
  SSESpecification: 'map',
  DeletionProtectionEnabled: 'boolean',
  Tags: 'list',
};
type CreateInput = {
  TableName: string;
  AttributeDefinitions: unknown[];
  KeySchema: unknown[];
  BillingMode?: TableDefinition['billingMode'];
  ProvisionedThroughput?: unknown;
  GlobalSecondaryIndexes?: unknown[];
  LocalSecondaryIndexes?: unknown[];
  StreamSpecification?: unknown;
  SSESpecification?: { Enabled?: boolean };
  DeletionProtectionEnabled?: boolean;
  Tags?: { Key: string; Value: string }[];
};

export const createTable: Operation = (engine, given) => {
  const input = readInput<CreateInput>(given, createShape);
  const name = readTableName(input.TableName);
  const attributes = readAttributes(input.AttributeDefinitions);
  const key = readKeySchema(input.KeySchema, attributes);
  const indexes = readIndexes(input, attributes);
  checkAllUsed(attributes, [key, ...indexes.map((index) => index.key)]);
  for (const index of indexes)
    if (!index.isGlobal && (index.key.hash.name !== key.hash.name || !index.key.range))
      throw invalidParameter(
        `Index KeySchema does not have a range key, or not the table's hash key, for index: ${index.name}`,
      );
  const viewType =
    input.StreamSpecification === undefined
      ? undefined
      : readStreamSpecification(input.StreamSpecification);
  if (engine.catalog.find(name)) throw inUse(`Table already exists: ${name}`);

  const table = engine.catalog.create(
    {
      tableId: randomUUID(),
      name,
      createdAt: engine.now(),
      key,
      attributes,
      indexes,
      nextSlot: indexes.length,
      ...readBilling(input),
      isDeletionProtected: input.DeletionProtectionEnabled ?? false,
      isEncrypted: input.SSESpecification?.Enabled ?? false,
      tags: Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
    },
    viewType ? newStream(engine, viewType) : undefined,
  );
  return JSON.stringify({ TableDescription: describe(engine, table, 'CREATING') });
};

export const inUse = (message: string) => new DynamodbError('ResourceInUseException', message);

/** Its label is the time it was made; ARNs of two streams of a table must differ. */
export const newStream = ({ now, catalog }: Engine, viewType: StreamViewType): NewStream => {
  const labels = new Set(catalog.streams().map(({ definition }) => definition.label));
  let at = now();
  const formatLabel = (ms: number) => new Date(ms).toISOString().slice(0, -1);
  while (labels.has(formatLabel(at))) at += 1;
  return { viewType, label: formatLabel(at) };
};

const readIndexes = (input: CreateInput, attributes: KeyAttribute[]) => {
  const { GlobalSecondaryIndexes: global = [], LocalSecondaryIndexes: local = [] } = input;
  if (global.length > maxGlobalIndexes)
    throw invalidParameter(
      `GlobalSecondaryIndex count exceeds the per-table limit of ${maxGlobalIndexes}`,
    );
  if (local.length > maxLocalIndexes)
    throw invalidParameter(
      `Number of LocalSecondaryIndexes exceeds per-table limit of ${maxLocalIndexes}`,
    );
  const indexes = [
    ...global.map((one, slot) => readIndex(one, { isGlobal: true, slot, attributes })),
    ...local.map((one, at) =>
      readIndex(one, { isGlobal: false, slot: global.length + at, attributes }),
    ),
  ];
  const names = new Set(indexes.map(({ name }) => name));
  if (names.size < indexes.length) throw invalidParameter('Duplicate index name');
  return indexes;
};

const readBilling = ({ BillingMode = 'PROVISIONED', ProvisionedThroughput }: CreateInput) => {
  if (BillingMode === 'PROVISIONED' && !ProvisionedThroughput)
    throw invalidParameter(
      'ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
    );
  if (BillingMode === 'PAY_PER_REQUEST' && ProvisionedThroughput)
    throw invalidParameter(
      'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  return {
    billingMode: BillingMode,
    throughput: ProvisionedThroughput ? readThroughput(ProvisionedThroughput) : noThroughput,
  };
};

export const readThroughput = (given: unknown): Throughput => {
  const throughput = readInput<Throughput>(given, {
    ReadCapacityUnits: 'integer!',
    WriteCapacityUnits: 'integer!',
  });
  checkBounds('ReadCapacityUnits', throughput.ReadCapacityUnits, 1);
  checkBounds('WriteCapacityUnits', throughput.WriteCapacityUnits, 1);
  return throughput;
};

/** The table that `TableName` names; unlike a request for items, it says which one is not there. */
export const namedTable = ({ catalog }: Engine, given: unknown): Table => {
  const { TableName } = readInput<{ TableName: string }>(given, { TableName: 'string!' });
  const name = readTableName(TableName);
  const table = catalog.find(name);
  if (!table) throw resourceNotFound(`Requested resource not found: Table: ${name} not found`);
  return table;
};

export const describeTable: Operation = (engine, given) =>
  JSON.stringify({ Table: describe(engine, namedTable(engine, given)) });

export const deleteTable: Operation = (engine, given) => {
  const table = namedTable(engine, given);
  const { name, isDeletionProtected } = table.definition;
  if (isDeletionProtected)
    throw validationError(
      `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.`,
    );
  const description = describe(engine, table, 'DELETING');
  engine.catalog.remove(name);
  return JSON.stringify({ TableDescription: description });
};

const maxNames = 100;

export const listTables: Operation = (engine, given) => {
  const { ExclusiveStartTableName: after = '', Limit = maxNames } = readInput<{
    ExclusiveStartTableName?: string;
    Limit?: number;
  }>(given, { ExclusiveStartTableName: 'string', Limit: 'integer' });
  checkBounds('Limit', Limit, 1, maxNames);
  const names = engine.catalog
    .list()
    .map(({ definition }) => definition.name)
    .filter((name) => name > after);
  const page = names.slice(0, Limit);
  return JSON.stringify({
    TableNames: page,
    ...(names.length > Limit && { LastEvaluatedTableName: page.at(-1) }),
  });
};
