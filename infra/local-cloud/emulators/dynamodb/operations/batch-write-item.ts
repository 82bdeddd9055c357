import { type CapacityMode, consumedCapacity } from '../capacity/consumed-capacity.ts';
import type { Consumption } from '../capacity/units.ts';
import { DynamodbError, serializationError, validationError } from '../dynamodb-error.ts';
import type { Operation } from '../engine.ts';
import { jsonObject, optionalJson } from '../json-text.ts';
import { commitWrites } from './commit-writes.ts';
import { capacityModes, checkLength, metricsModes, readInput } from './input.ts';
import { type PreparedWrite, prepareDelete, preparePut } from './prepare-write.ts';

const maxRequests = 25;

/** Each write is one of its own; those that a limit of a partition turns away come back unprocessed. */
export const batchWriteItem: Operation = (engine, given) => {
  const input = readInput<{
    RequestItems: Record<string, unknown[]>;
    ReturnConsumedCapacity?: CapacityMode;
  }>(given, {
    RequestItems: 'map!',
    ReturnConsumedCapacity: capacityModes,
    ReturnItemCollectionMetrics: metricsModes,
  });
  checkLength('RequestItems', input.RequestItems, 1, maxRequests);
  const requests = Object.entries(input.RequestItems).flatMap(([name, list]) => {
    if (!Array.isArray(list)) throw serializationError('Unexpected value type in payload');
    checkLength('RequestItems', list, 1, Number.MAX_SAFE_INTEGER);
    return list.map((request) => ({ name, request }));
  });
  if (requests.length > maxRequests)
    throw validationError('Too many items requested for the BatchWriteItem call');
  const writes = requests.map(({ name, request }) => ({
    name,
    request,
    prepared: prepare(engine, name, request),
  }));
  checkDistinct(writes.map(({ prepared }) => prepared));

  const unprocessed: Record<string, unknown[]> = {};
  const byTable = new Map<string, Consumption[]>();
  for (const { name, request, prepared } of writes) {
    try {
      const [done] = commitWrites(engine, [prepared.decide()]);
      byTable.set(name, [...(byTable.get(name) ?? []), ...(done?.consumed ?? [])]);
    } catch (error) {
      const isThrottled =
        error instanceof DynamodbError && error.type === 'ProvisionedThroughputExceededException';
      if (!isThrottled || byTable.size + Object.keys(unprocessed).length === 0) throw error;
      unprocessed[name] = [...(unprocessed[name] ?? []), request];
    }
  }
  const capacities = [...byTable].flatMap(
    ([name, consumed]) => consumedCapacity(input.ReturnConsumedCapacity, name, consumed) ?? [],
  );
  return jsonObject({
    UnprocessedItems: JSON.stringify(unprocessed),
    ConsumedCapacity: optionalJson(capacities.length > 0 ? capacities : undefined),
  });
};

const prepare = (
  engine: Parameters<Operation>[0],
  TableName: string,
  request: unknown,
): PreparedWrite => {
  const { PutRequest, DeleteRequest } = readInput<{ PutRequest?: object; DeleteRequest?: object }>(
    request,
    { PutRequest: 'map', DeleteRequest: 'map' },
  );
  if (PutRequest && !DeleteRequest)
    return preparePut(engine, {
      TableName,
      ...readInput<{ Item: unknown }>(PutRequest, { Item: 'map!' }),
    });
  if (DeleteRequest && !PutRequest)
    return prepareDelete(engine, {
      TableName,
      ...readInput<{ Key: unknown }>(DeleteRequest, { Key: 'map!' }),
    });
  throw validationError(
    'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
  );
};

const checkDistinct = (writes: readonly PreparedWrite[]): void => {
  const targets = writes.map(({ table, key }) =>
    JSON.stringify([table.definition.name, key.hash, key.range]),
  );
  if (new Set(targets).size < targets.length)
    throw validationError('Provided list of item keys contains duplicates');
};
