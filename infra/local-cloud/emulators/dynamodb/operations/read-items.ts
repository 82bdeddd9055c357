import { type CapacityMode, consumedCapacity } from '../capacity/consumed-capacity.ts';
import { type Consumption, getPartition, readUnits } from '../capacity/units.ts';
import { invalidParameter, serializationError, validationError } from '../dynamodb-error.ts';
import type { Engine, Operation } from '../engine.ts';
import { readPlaceholders } from '../expressions/placeholders.ts';
import { jsonArray, jsonObject, optionalJson } from '../json-text.ts';
import type { Table } from '../storage/catalog.ts';
import { capacityModes, checkLength, readInput, readTableName, type Shape } from './input.ts';
import { prepareKey, readKey } from './prepare-write.ts';
import { readProjection } from './read-projection.ts';

type Reading = {
  ProjectionExpression?: string;
  ExpressionAttributeNames?: unknown;
  ConsistentRead?: boolean;
  ReturnConsumedCapacity?: CapacityMode;
};
const reading: Shape = {
  ProjectionExpression: 'string',
  ExpressionAttributeNames: 'map',
  ConsistentRead: 'boolean',
  ReturnConsumedCapacity: capacityModes,
};
const oneItem: Shape = { ...reading, TableName: 'string!', Key: 'map!' };
type OneItem = Reading & { TableName: string; Key: unknown };

const projectionIn = (input: Reading) => {
  const placeholders = readPlaceholders(input, input.ProjectionExpression !== undefined);
  const projection = readProjection(input.ProjectionExpression, placeholders);
  placeholders.checkAllUsed();
  return projection;
};

/** One item as text, its projection if one is given, and what reading it consumes. */
const read = (
  engine: Engine,
  { table, key, keyItem }: Omit<ReturnType<typeof prepareKey>, 'sizeBytes'>,
  { projection, factor }: { projection: ReturnType<typeof projectionIn>; factor: 0.5 | 1 | 2 },
) => {
  const { definition } = table;
  const stored = table.items.find(key);
  const consumed: Consumption[] = [
    {
      partition: getPartition(keyItem, definition.key.hash.name),
      units: readUnits(stored?.sizeBytes ?? 0, true) * factor,
    },
  ];
  engine.partitions.take('read', definition.name, consumed);
  engine.meter.add('readUnits', definition.name, consumed);
  const text = stored && (projection ? projection.toText(stored.item()) : stored.text);
  return { text, consumed, sizeBytes: stored?.sizeBytes ?? 0 };
};

export const getItem: Operation = (engine, given) => {
  const input = readInput<OneItem>(given, oneItem);
  const prepared = prepareKey(engine, input);
  const projection = projectionIn(input);
  const factor = input.ConsistentRead ? 1 : 0.5;
  const { text, consumed } = read(engine, prepared, { projection, factor });
  const { name } = prepared.table.definition;
  return jsonObject({
    Item: text,
    ConsumedCapacity: optionalJson(consumedCapacity(input.ReturnConsumedCapacity, name, consumed)),
  });
};

const maxTransactItems = 100;

export const transactGetItems: Operation = (engine, given) => {
  const input = readInput<{ TransactItems: unknown[]; ReturnConsumedCapacity?: CapacityMode }>(
    given,
    { TransactItems: 'list!', ReturnConsumedCapacity: capacityModes },
  );
  checkLength('TransactItems', input.TransactItems, 1, maxTransactItems);
  const gets = input.TransactItems.map((one) => {
    const { Get } = readInput<{ Get: unknown }>(one, { Get: 'map!' });
    const get = readInput<OneItem>(Get, oneItem);
    return { prepared: prepareKey(engine, get), projection: projectionIn(get) };
  });
  checkDistinct(gets.map(({ prepared }) => prepared));

  const byTable = new Map<string, Consumption[]>();
  const responses = gets.map(({ prepared, projection }) => {
    const { text, consumed } = read(engine, prepared, { projection, factor: 2 });
    const { name } = prepared.table.definition;
    byTable.set(name, [...(byTable.get(name) ?? []), ...consumed]);
    return jsonObject({ Item: text });
  });
  const capacities = [...byTable].flatMap(
    ([name, consumed]) =>
      consumedCapacity(input.ReturnConsumedCapacity, name, consumed, 'ReadCapacityUnits') ?? [],
  );
  return jsonObject({
    Responses: jsonArray(responses),
    ConsumedCapacity: optionalJson(capacities.length > 0 ? capacities : undefined),
  });
};

/** A transaction may name each item once. */
export const checkDistinct = (
  items: readonly { table: Table; key: { hash: unknown; range: unknown } }[],
): void => {
  const targets = items.map(({ table, key }) =>
    JSON.stringify([table.definition.name, key.hash, key.range]),
  );
  if (new Set(targets).size < targets.length)
    throw validationError('Transaction request cannot include multiple operations on one item');
};

const maxBatchKeys = 100;
const maxBatchBytes = 16 * 1024 * 1024;

export const batchGetItem: Operation = (engine, given) => {
  const input = readInput<{
    RequestItems: Record<string, unknown>;
    ReturnConsumedCapacity?: CapacityMode;
  }>(given, { RequestItems: 'map!', ReturnConsumedCapacity: capacityModes });
  const requests = Object.entries(input.RequestItems).map(([name, one]) =>
    prepareBatch(engine, name, one),
  );
  if (requests.length === 0)
    throw validationError(
      "1 validation error detected: Value '{}' at 'requestItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  if (requests.reduce((count, { keys }) => count + keys.length, 0) > maxBatchKeys)
    throw validationError('Too many items requested for the BatchGetItem call');

  let bytes = 0;
  const responses: Record<string, string> = {};
  const unprocessed: Record<string, unknown> = {};
  const capacities: object[] = [];
  for (const { name, table, keys, request, projection } of requests) {
    const texts: string[] = [];
    const all: Consumption[] = [];
    const left: unknown[] = [];
    for (const prepared of keys) {
      if (bytes >= maxBatchBytes) {
        left.push(prepared.keyItem);
        continue;
      }
      const factor = request.ConsistentRead ? 1 : 0.5;
      const { text, consumed, sizeBytes } = read(
        engine,
        { table, ...prepared },
        { projection, factor },
      );
      bytes += sizeBytes;
      if (text) texts.push(text);
      all.push(...consumed);
    }
    responses[name] = jsonArray(texts);
    if (left.length > 0) unprocessed[name] = { ...request, Keys: left };
    const capacity = consumedCapacity(input.ReturnConsumedCapacity, name, all);
    if (capacity) capacities.push(capacity);
  }
  return jsonObject({
    Responses: jsonObject(responses),
    UnprocessedKeys: JSON.stringify(unprocessed),
    ConsumedCapacity: optionalJson(capacities.length > 0 ? capacities : undefined),
  });
};

const prepareBatch = (engine: Engine, tableName: string, given: unknown) => {
  if (typeof given !== 'object') throw serializationError('Unexpected value type in payload');
  const request = readInput<Reading & { Keys: unknown[] }>(given, { ...reading, Keys: 'list!' });
  checkLength('Keys', request.Keys, 1, maxBatchKeys);
  const table = engine.catalog.get(readTableName(tableName));
  const projection = projectionIn(request);
  const keys = request.Keys.map((key) => readKey(table, key));
  const distinct = new Set(keys.map(({ key }) => JSON.stringify([key.hash, key.range])));
  if (distinct.size < keys.length)
    throw validationError('Provided list of item keys contains duplicates');
  return { name: tableName, table, keys, request, projection };
};

/** Of an index there is no strongly consistent read but a local one's. */
export const noConsistentRead = () =>
  validationError('Consistent reads are not supported on global secondary indexes');

export const unknownIndex = (name: string) =>
  invalidParameter(`The table does not have the specified index: ${name}`);
