import { type CapacityMode, consumedCapacity } from '../capacity/consumed-capacity.ts';
import { getPartition } from '../capacity/units.ts';
import { DynamodbError } from '../dynamodb-error.ts';
import type { Engine, Operation } from '../engine.ts';
import { project } from '../expressions/project.ts';
import { jsonObject, optionalJson } from '../json-text.ts';
import { commitWrites } from './commit-writes.ts';
import { capacityModes, metricsModes, readInput, type Shape } from './input.ts';
import {
  type DecidedWrite,
  isFailedCondition,
  type KeyInput,
  type PreparedWrite,
  type PutInput,
  prepareDelete,
  preparePut,
  prepareUpdate,
  type UpdateInput,
  unitsOfFailedCondition,
} from './prepare-write.ts';

const conditional: Shape = {
  TableName: 'string!',
  ConditionExpression: 'string',
  ExpressionAttributeNames: 'map',
  ExpressionAttributeValues: 'map',
  ReturnConsumedCapacity: capacityModes,
  ReturnItemCollectionMetrics: metricsModes,
  ReturnValuesOnConditionCheckFailure: ['ALL_OLD', 'NONE'],
};
type Answering = {
  ReturnValues?: 'NONE' | 'ALL_OLD' | 'UPDATED_OLD' | 'ALL_NEW' | 'UPDATED_NEW';
  ReturnConsumedCapacity?: CapacityMode;
};

export const putItem: Operation = (engine, given) => {
  const input = readInput<PutInput & Answering>(given, {
    ...conditional,
    Item: 'map!',
    ReturnValues: ['ALL_OLD', 'NONE'],
  });
  return write(engine, preparePut(engine, input), input);
};

export const deleteItem: Operation = (engine, given) => {
  const input = readInput<KeyInput & Answering>(given, {
    ...conditional,
    Key: 'map!',
    ReturnValues: ['ALL_OLD', 'NONE'],
  });
  return write(engine, prepareDelete(engine, input), input);
};

export const updateItem: Operation = (engine, given) => {
  const input = readInput<UpdateInput & Answering>(given, {
    ...conditional,
    Key: 'map!',
    UpdateExpression: 'string',
    ReturnValues: ['ALL_NEW', 'UPDATED_OLD', 'ALL_OLD', 'NONE', 'UPDATED_NEW'],
  });
  return write(engine, prepareUpdate(engine, input), input);
};

const write = (engine: Engine, prepared: PreparedWrite, input: Answering): string => {
  const decided = decide(engine, prepared);
  const [done] = commitWrites(engine, [decided]);
  const { name } = prepared.table.definition;
  return jsonObject({
    Attributes: returnedValues(decided, input.ReturnValues),
    ConsumedCapacity: optionalJson(
      consumedCapacity(input.ReturnConsumedCapacity, name, done?.consumed ?? []),
    ),
  });
};

const decide = (engine: Engine, prepared: PreparedWrite): DecidedWrite => {
  try {
    return prepared.decide();
  } catch (error) {
    if (error instanceof DynamodbError && isFailedCondition(error)) meterFailure(engine, prepared);
    throw error;
  }
};

/** A write whose condition failed consumes as much as one that succeeded. */
const meterFailure = (engine: Engine, prepared: PreparedWrite): void => {
  const { name } = prepared.table.definition;
  const { keyItem } = prepared;
  const partition = getPartition(keyItem, prepared.table.definition.key.hash.name);
  const consumed = [{ partition, units: unitsOfFailedCondition(prepared) }];
  engine.partitions.take('write', name, consumed);
  engine.meter.add('writeUnits', name, consumed);
};

const returnedValues = (
  { before, after, paths = [] }: DecidedWrite,
  wanted: Answering['ReturnValues'],
): string | undefined => {
  switch (wanted) {
    case 'ALL_OLD':
      return before?.text;
    case 'ALL_NEW':
      return after?.text;
    case 'UPDATED_OLD':
    case 'UPDATED_NEW': {
      const item = wanted === 'UPDATED_OLD' ? before?.item() : after?.item;
      const parts = item && project(item, paths);
      return parts && Object.keys(parts).length > 0 ? JSON.stringify(parts) : undefined;
    }
    default:
      return undefined;
  }
};
