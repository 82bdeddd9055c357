import { invalidParameter, resourceNotFound, validationError } from '../dynamodb-error.ts';
import type { Engine, Operation } from '../engine.ts';
import type { NewStream, Table } from '../storage/catalog.ts';
import type { KeyAttribute, TableDefinition } from '../storage/table-definition.ts';
import { createIndex, dropIndex } from '../storage/table-schema.ts';
import { describeTable } from './describe-table.ts';
import { readInput, type Shape } from './input.ts';
import { readAttributes, readIndex, readStreamSpecification } from './read-table-definition.ts';
import {
  billingModes,
  inUse,
  namedTable,
  newStream,
  noThroughput,
  readThroughput,
} from './tables.ts';

const shape: Shape = {
  TableName: 'string!',
  AttributeDefinitions: 'list',
  BillingMode: billingModes,
  ProvisionedThroughput: 'map',
  GlobalSecondaryIndexUpdates: 'list',
  StreamSpecification: 'map',
  SSESpecification: 'map',
  DeletionProtectionEnabled: 'boolean',
};
type Input = {
  AttributeDefinitions?: unknown[];
  BillingMode?: TableDefinition['billingMode'];
  ProvisionedThroughput?: unknown;
  GlobalSecondaryIndexUpdates?: unknown[];
  StreamSpecification?: unknown;
  SSESpecification?: { Enabled?: boolean };
  DeletionProtectionEnabled?: boolean;
};

export const updateTable: Operation = (engine, given) => {
  const input = readInput<Input>(given, shape);
  const table = namedTable(engine, given);
  const stream = readStreamChange(engine, table, input.StreamSpecification);
  const updated = engine.catalog.update(
    table.definition.name,
    (definition) => {
      const changed = changeSettings(definition, input);
      return changeIndexes(engine, changed, input);
    },
    stream,
  );
  return JSON.stringify({ TableDescription: describeTable(engine, updated, 'UPDATING') });
};

const readStreamChange = (
  engine: Engine,
  { definition: { name }, stream }: Table,
  specification: unknown,
): NewStream | 'disable' | undefined => {
  if (specification === undefined) return undefined;
  const viewType = readStreamSpecification(specification);
  if (viewType && stream) throw inUse(`Table already has an enabled stream: TableName: ${name}`);
  if (!viewType && !stream)
    throw validationError(`Table is already in the requested state: no stream: TableName: ${name}`);
  return viewType ? newStream(engine, viewType) : 'disable';
};

const changeSettings = (definition: TableDefinition, input: Input): TableDefinition => {
  const billingMode = input.BillingMode ?? definition.billingMode;
  const throughput =
    billingMode === 'PAY_PER_REQUEST'
      ? noThroughput
      : input.ProvisionedThroughput
        ? readThroughput(input.ProvisionedThroughput)
        : definition.throughput;
  return {
    ...definition,
    billingMode,
    throughput,
    isDeletionProtected: input.DeletionProtectionEnabled ?? definition.isDeletionProtected,
    isEncrypted: input.SSESpecification?.Enabled ?? definition.isEncrypted,
  };
};

type IndexUpdate = {
  Create?: unknown;
  Delete?: { IndexName: string };
  Update?: { IndexName: string };
};

const changeIndexes = (
  engine: Engine,
  definition: TableDefinition,
  { AttributeDefinitions, GlobalSecondaryIndexUpdates: updates = [] }: Input,
): TableDefinition => {
  const given = AttributeDefinitions ? readAttributes(AttributeDefinitions) : [];
  let changed = { ...definition, attributes: merge(definition.attributes, given) };
  for (const one of updates) {
    const update = readInput<IndexUpdate>(one, { Create: 'map', Delete: 'map', Update: 'map' });
    if (update.Create) changed = withIndex(engine, changed, update.Create);
    else if (update.Delete) changed = withoutIndex(engine, changed, update.Delete);
    else findIndex(changed, update.Update);
  }
  const used = new Set(
    [changed.key, ...changed.indexes.map(({ key }) => key)].flatMap(({ hash, range }) => [
      hash.name,
      range?.name,
    ]),
  );
  return { ...changed, attributes: changed.attributes.filter(({ name }) => used.has(name)) };
};

const merge = (attributes: readonly KeyAttribute[], given: readonly KeyAttribute[]) => {
  const types = new Map([...given, ...attributes].map(({ name, type }) => [name, type]));
  return [...types].map(([name, type]) => ({ name, type }));
};

const withIndex = (engine: Engine, definition: TableDefinition, given: unknown) => {
  const { nextSlot: slot, attributes, indexes } = definition;
  const index = readIndex(given, { isGlobal: true, slot, attributes });
  if (indexes.some(({ name }) => name === index.name))
    throw invalidParameter(`Attempting to create an index which already exists: ${index.name}`);
  createIndex(engine.database, definition, index);
  return { ...definition, indexes: [...indexes, index], nextSlot: slot + 1 };
};

const withoutIndex = (engine: Engine, definition: TableDefinition, given: unknown) => {
  const index = findIndex(definition, given);
  dropIndex(engine.database, definition, index);
  return { ...definition, indexes: definition.indexes.filter((one) => one !== index) };
};

const findIndex = ({ indexes }: TableDefinition, given: unknown) => {
  const { IndexName } = readInput<{ IndexName: string }>(given, { IndexName: 'string!' });
  const index = indexes.find(({ name, isGlobal }) => isGlobal && name === IndexName);
  if (!index) throw resourceNotFound('Requested resource not found');
  return index;
};
