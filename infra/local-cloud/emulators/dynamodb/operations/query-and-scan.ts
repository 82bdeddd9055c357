import { createHash } from 'node:crypto';
import type { Item } from '../attributes/attribute-value.ts';
import { checkAttributes } from '../attributes/check-value.ts';
import { type CapacityMode, consumedCapacity } from '../capacity/consumed-capacity.ts';
import { type Consumption, readUnits } from '../capacity/units.ts';
import { validationError } from '../dynamodb-error.ts';
import type { Engine, Operation } from '../engine.ts';
import { checkCondition } from '../expressions/check-condition.ts';
import { meets } from '../expressions/evaluate-condition.ts';
import { compileCondition } from '../expressions/expression-cache.ts';
import { readKeyCondition } from '../expressions/key-condition.ts';
import { type Placeholders, readPlaceholders } from '../expressions/placeholders.ts';
import { jsonArray, jsonObject, optionalJson } from '../json-text.ts';
import type { Table } from '../storage/catalog.ts';
import {
  placeNames,
  type SelectedItem,
  type Selection,
  selectItems,
} from '../storage/select-items.ts';
import { type IndexDefinition, keyNames, pickAttributes } from '../storage/table-definition.ts';
import { capacityModes, checkBounds, readInput, readTableName, type Shape } from './input.ts';
import { noConsistentRead, unknownIndex } from './read-items.ts';
import { type ReadProjection, readProjection } from './read-projection.ts';

type Select = 'ALL_ATTRIBUTES' | 'ALL_PROJECTED_ATTRIBUTES' | 'SPECIFIC_ATTRIBUTES' | 'COUNT';
type PageInput = {
  TableName: string;
  IndexName?: string;
  Select?: Select;
  Limit?: number;
  ConsistentRead?: boolean;
  ExclusiveStartKey?: Item;
  FilterExpression?: string;
  ProjectionExpression?: string;
  ExpressionAttributeNames?: unknown;
  ExpressionAttributeValues?: unknown;
  ReturnConsumedCapacity?: CapacityMode;
};
const pageShape: Shape = {
  TableName: 'string!',
  IndexName: 'string',
  Select: ['SPECIFIC_ATTRIBUTES', 'COUNT', 'ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES'],
  Limit: 'integer',
  ConsistentRead: 'boolean',
  ExclusiveStartKey: 'map',
  FilterExpression: 'string',
  ProjectionExpression: 'string',
  ExpressionAttributeNames: 'map',
  ExpressionAttributeValues: 'map',
  ReturnConsumedCapacity: capacityModes,
};
const maxPageBytes = 1024 * 1024;

export const query: Operation = (engine, given) => {
  const input = readInput<
    PageInput & { KeyConditionExpression?: string; ScanIndexForward?: boolean }
  >(given, {
    ...pageShape,
    KeyConditionExpression: 'string',
    ScanIndexForward: 'boolean',
  });
  if (input.KeyConditionExpression === undefined)
    throw validationError(
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    );
  const page = preparePage(engine, input, true);
  const { placeholders, schema } = page;
  const parsed = compileCondition('KeyConditionExpression', input.KeyConditionExpression);
  placeholders.use(parsed, 'KeyConditionExpression');
  const { hash, range } = readKeyCondition(parsed.tree, placeholders, schema);
  const filter = prepareFilter(input, placeholders, keyNames(schema));
  placeholders.checkAllUsed();
  const selection: Selection = {
    ...page.selection,
    hash,
    range,
    isForward: input.ScanIndexForward ?? true,
  };
  return readPage(engine, input, { ...page, selection, filter });
};

export const scan: Operation = (engine, given) => {
  const input = readInput<PageInput & { Segment?: number; TotalSegments?: number }>(given, {
    ...pageShape,
    Segment: 'integer',
    TotalSegments: 'integer',
  });
  const page = preparePage(engine, input, input.FilterExpression !== undefined);
  const filter = prepareFilter(input, page.placeholders, []);
  page.placeholders.checkAllUsed();
  const isInSegment = prepareSegment(input, page.schema.hash.name);
  return readPage(engine, input, { ...page, filter, isInSegment });
};

type Page = {
  table: Table;
  index: IndexDefinition | undefined;
  placeholders: Placeholders;
  projection: ReadProjection | undefined;
  selection: Selection;
  filter?: ((item: Item) => boolean) | undefined;
  isInSegment?: ((item: Item) => boolean) | undefined;
};

const preparePage = (engine: Engine, input: PageInput, hasExpression: boolean) => {
  const table = engine.catalog.get(readTableName(input.TableName));
  const { definition } = table;
  checkBounds('Limit', input.Limit, 1);
  const index = definition.indexes.find(({ name }) => name === input.IndexName);
  if (input.IndexName !== undefined && !index) throw unknownIndex(input.IndexName);
  if (index?.isGlobal && input.ConsistentRead) throw noConsistentRead();
  const has = hasExpression || input.ProjectionExpression !== undefined;
  const placeholders = readPlaceholders(input, has);
  const projection = readProjection(input.ProjectionExpression, placeholders);
  checkSelect(input, index);
  const after = input.ExclusiveStartKey && readStartKey(input.ExclusiveStartKey, table, index);
  const isWhole = index ? wantsWhole(input, index, projection) : true;
  const selection: Selection = { definition, index, after, isForward: true, isWhole };
  const schema = index?.key ?? definition.key;
  return { table, index, placeholders, projection, selection, schema };
};

const checkSelect = ({ Select, ProjectionExpression }: PageInput, index?: IndexDefinition) => {
  if (ProjectionExpression !== undefined && Select && Select !== 'SPECIFIC_ATTRIBUTES')
    throw validationError(
      `Cannot specify the ProjectionExpression when choosing to get ${Select === 'COUNT' ? 'only the Count' : Select}`,
    );
  if (Select === 'SPECIFIC_ATTRIBUTES' && ProjectionExpression === undefined)
    throw validationError(
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    );
  if (Select === 'ALL_PROJECTED_ATTRIBUTES' && !index)
    throw validationError(
      'ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName',
    );
  if (Select === 'ALL_ATTRIBUTES' && index?.isGlobal && index.projection.type !== 'ALL')
    throw validationError(
      `One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
    );
};

/** A local index fetches from the table what it does not hold; a global one never does. */
const wantsWhole = (
  { Select }: PageInput,
  index: IndexDefinition,
  projection: ReadProjection | undefined,
): boolean => !index.isGlobal && (Select === 'ALL_ATTRIBUTES' || projection !== undefined);

const readStartKey = (given: Item, { definition }: Table, index?: IndexDefinition): Item => {
  checkAttributes(given);
  const names = placeNames(definition, index);
  const types = new Map(definition.attributes.map(({ name, type }) => [name, type]));
  const isPlace =
    Object.keys(given).length === names.size &&
    [...names].every((name) => (types.get(name) ?? '') in (given[name] ?? {}));
  if (!isPlace) throw validationError('The provided starting key is invalid');
  return given;
};

const prepareFilter = (
  { FilterExpression: expression }: PageInput,
  placeholders: Placeholders,
  keys: readonly string[],
) => {
  if (expression === undefined) return undefined;
  const { tree, ...parsed } = compileCondition('FilterExpression', expression);
  placeholders.use({ tree, ...parsed }, 'FilterExpression');
  checkCondition('FilterExpression', tree, placeholders, ([name]) => {
    if (keys.includes(String(name)))
      throw validationError(
        `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`,
      );
  });
  return (item: Item) => meets(item, tree, placeholders);
};

const prepareSegment = (
  { Segment, TotalSegments }: { Segment?: number; TotalSegments?: number },
  hashName: string,
) => {
  checkBounds('Segment', Segment, 0);
  checkBounds('TotalSegments', TotalSegments, 1, 1_000_000);
  if (Segment === undefined && TotalSegments === undefined) return undefined;
  if (Segment === undefined || TotalSegments === undefined)
    throw validationError('The Segment and TotalSegments parameters are required together');
  if (Segment >= TotalSegments)
    throw validationError(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${Segment} is not less than TotalSegments: ${TotalSegments}`,
    );
  return (item: Item) => {
    const digest = createHash('md5').update(JSON.stringify(item[hashName])).digest();
    return digest.readUInt32BE() % TotalSegments === Segment;
  };
};

/** Reads until the limit, or 1 MB, is reached; what the filter turns away counts too. */
const readPage = (engine: Engine, input: PageInput, page: Page): string => {
  const { table, index, projection, selection, filter, isInSegment } = page;
  const isCount = input.Select === 'COUNT';
  const limit = input.Limit ?? Number.POSITIVE_INFINITY;
  const texts: string[] = [];
  let [count, scanned, bytes, fetchedUnits] = [0, 0, 0, 0];
  let last: SelectedItem | undefined;
  let isCut = false;
  const isConsistent = input.ConsistentRead === true;
  const isFetching = index !== undefined && selection.isWhole && index.projection.type !== 'ALL';

  selectItems(engine.database, selection, (selected) => {
    if (isInSegment && !isInSegment(selected.item())) return true;
    if (scanned === limit || (scanned > 0 && bytes + selected.sizeBytes > maxPageBytes)) {
      isCut = true;
      return false;
    }
    last = selected;
    scanned += 1;
    bytes += selected.sizeBytes;
    if (isFetching) fetchedUnits += readUnits(selected.sizeBytes, isConsistent);
    if (filter && !filter(selected.item())) return true;
    count += 1;
    if (!isCount) texts.push(projection ? projection.toText(selected.item()) : selected.text());
    return true;
  });

  const { name } = table.definition;
  const partition = selection.hash && String(Object.values(selection.hash)[0]);
  const consumed: Consumption[] = [{ index, partition, units: readUnits(bytes, isConsistent) }];
  if (fetchedUnits > 0) consumed.push({ partition, units: fetchedUnits });
  engine.partitions.take('read', name, consumed);
  engine.meter.add('readUnits', name, consumed);
  // At its limit DynamoDB does not look whether anything follows.
  const place = (isCut || scanned === limit) && last;
  const names = placeNames(table.definition, index);
  return jsonObject({
    Items: isCount ? undefined : jsonArray(texts),
    Count: String(count),
    ScannedCount: String(scanned),
    LastEvaluatedKey: place ? JSON.stringify(pickAttributes(place.item(), names)) : undefined,
    ConsumedCapacity: optionalJson(consumedCapacity(input.ReturnConsumedCapacity, name, consumed)),
  });
};
