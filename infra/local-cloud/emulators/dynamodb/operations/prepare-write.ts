import type { Item } from '../attributes/attribute-value.ts';
import { checkAttributes, maxItemBytes } from '../attributes/check-value.ts';
import { writeUnits } from '../capacity/units.ts';
import { conditionalCheckFailed, type DynamodbError, validationError } from '../dynamodb-error.ts';
import type { Engine } from '../engine.ts';
import { applyUpdate } from '../expressions/apply-update.ts';
import { checkCondition } from '../expressions/check-condition.ts';
import { checkUpdate } from '../expressions/check-update.ts';
import { meets } from '../expressions/evaluate-condition.ts';
import { compileCondition, compileUpdate } from '../expressions/expression-cache.ts';
import { type Placeholders, readPlaceholders } from '../expressions/placeholders.ts';
import type { Path } from '../expressions/syntax.ts';
import type { Table } from '../storage/catalog.ts';
import { type NewItem, newItem, type StoredItem } from '../storage/item-store.ts';
import { encodeKey, type SqlKey } from '../storage/key-values.ts';
import { keyNames, pickKey } from '../storage/table-definition.ts';
import { readTableName } from './input.ts';

/** A write that was checked against its table, and not yet against its item. */
export type PreparedWrite = {
  table: Table;
  key: SqlKey;
  keyItem: Item;
  /** Bytes of the request's item, or key and values. */
  sizeBytes: number;
  /** Reads the item as it is. Throws where the condition does not hold or the change does not fit. */
  decide(): DecidedWrite;
};

export type DecidedWrite = {
  table: Table;
  key: SqlKey;
  keyItem: Item;
  before: StoredItem | undefined;
  after: NewItem | undefined;
  /** A condition alone: nothing is written. */
  isCheck?: boolean;
  /** What an update names. */
  paths?: Path[];
};

type Conditional = {
  TableName: string;
  ConditionExpression?: string;
  ExpressionAttributeNames?: unknown;
  ExpressionAttributeValues?: unknown;
  ReturnValuesOnConditionCheckFailure?: 'ALL_OLD' | 'NONE';
};
export type PutInput = Conditional & { Item: unknown };
export type KeyInput = Conditional & { Key: unknown };
export type UpdateInput = KeyInput & { UpdateExpression?: string };

export const preparePut = (engine: Engine, input: PutInput): PreparedWrite => {
  const table = engine.catalog.get(readTableName(input.TableName));
  const sizeBytes = checkAttributes(input.Item);
  const item = input.Item as Item;
  const condition = prepareCondition(input);
  condition.checkAllUsed();
  if (sizeBytes > maxItemBytes)
    throw validationError('Item size has exceeded the maximum allowed size');
  const key = encodeKey(item, table.definition.key);
  const keyItem = pickKey(item, table.definition.key);
  return {
    table,
    key,
    keyItem,
    sizeBytes,
    decide: () => {
      const before = table.items.find(key);
      condition.check(before);
      const after = newItem(item, sizeBytes, table.definition);
      return { table, key, keyItem, before, after };
    },
  };
};

export const prepareDelete = (engine: Engine, input: KeyInput): PreparedWrite => {
  const { table, key, keyItem, sizeBytes } = prepareKey(engine, input);
  const condition = prepareCondition(input);
  condition.checkAllUsed();
  return {
    table,
    key,
    keyItem,
    sizeBytes,
    decide: () => {
      const before = table.items.find(key);
      condition.check(before);
      return { table, key, keyItem, before, after: undefined };
    },
  };
};

export const prepareCheck = (engine: Engine, input: KeyInput): PreparedWrite => {
  if (input.ConditionExpression === undefined)
    throw validationError(
      "1 validation error detected: Value null at 'conditionExpression' failed to satisfy constraint: Member must not be null",
    );
  const { decide, ...prepared } = prepareDelete(engine, input);
  return { ...prepared, decide: () => ({ ...decide(), isCheck: true }) };
};

export const prepareUpdate = (engine: Engine, input: UpdateInput): PreparedWrite => {
  const { table, key, keyItem, sizeBytes } = prepareKey(engine, input);
  const { definition } = table;
  const condition = prepareCondition(input, input.UpdateExpression !== undefined);
  const { placeholders } = condition;
  const update =
    input.UpdateExpression === undefined
      ? undefined
      : compileUpdate('UpdateExpression', input.UpdateExpression);
  if (update) placeholders.use(update, 'UpdateExpression');
  condition.checkAllUsed();
  const paths = update ? checkUpdate(update.tree, placeholders, keyNames(definition.key)) : [];

  return {
    table,
    key,
    keyItem,
    sizeBytes: sizeBytes + sizeOfValues(input.ExpressionAttributeValues),
    decide: () => {
      const before = table.items.find(key);
      condition.check(before);
      const item: Item = before ? JSON.parse(before.text) : { ...keyItem };
      if (update) applyUpdate(before?.item() ?? keyItem, item, update.tree, placeholders);
      const newSize = checkAttributes(item);
      if (newSize > maxItemBytes)
        throw validationError('Item size to update has exceeded the maximum allowed size');
      return { table, key, keyItem, before, after: newItem(item, newSize, definition), paths };
    },
  };
};

const sizeOfValues = (values: unknown): number => (values ? checkAttributes(values) : 0);

export const prepareKey = (engine: Engine, input: { TableName: string; Key: unknown }) => {
  const table = engine.catalog.get(readTableName(input.TableName));
  return { table, ...readKey(table, input.Key) };
};

/** A request's `Key`: exactly the attributes of the table's key. */
export const readKey = ({ definition: { key: schema } }: Table, given: unknown) => {
  const sizeBytes = checkAttributes(given);
  const keyItem = given as Item;
  const names = keyNames(schema);
  const isWhole =
    Object.keys(keyItem).length === names.length &&
    names.every((name) => Object.hasOwn(keyItem, name));
  const isTyped =
    isWhole &&
    [schema.hash, schema.range].every((part) => !part || part.type in (keyItem[part.name] ?? {}));
  if (!isTyped) throw validationError('The provided key element does not match the schema');
  return { key: encodeKey(keyItem, schema), keyItem, sizeBytes };
};

type PreparedCondition = {
  placeholders: Placeholders;
  checkAllUsed(): void;
  check(before: StoredItem | undefined): void;
};

const prepareCondition = (input: Conditional, hasUpdate = false): PreparedCondition => {
  const { ConditionExpression: expression } = input;
  const placeholders = readPlaceholders(input, hasUpdate || expression !== undefined);
  if (expression === undefined)
    return { placeholders, checkAllUsed: placeholders.checkAllUsed, check: () => {} };

  const condition = compileCondition('ConditionExpression', expression);
  placeholders.use(condition, 'ConditionExpression');
  checkCondition('ConditionExpression', condition.tree, placeholders);
  const wantsOld = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
  return {
    placeholders,
    checkAllUsed: placeholders.checkAllUsed,
    check: (before) => {
      if (meets(before?.item() ?? {}, condition.tree, placeholders)) return;
      throw conditionalCheckFailed(wantsOld ? before?.item() : undefined);
    },
  };
};

/** What a write consumes whose condition did not hold: as if it had written the item as it is. */
export const unitsOfFailedCondition = ({ table, key }: PreparedWrite): number =>
  writeUnits(table.items.find(key)?.sizeBytes ?? 0);

export const isFailedCondition = (error: DynamodbError): boolean =>
  error.type === 'ConditionalCheckFailedException';
