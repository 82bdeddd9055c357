import { type CapacityMode, consumedCapacity } from '../capacity/consumed-capacity.ts';
import { type Consumption, getPartition } from '../capacity/units.ts';
import { DynamodbError, validationError } from '../dynamodb-error.ts';
import type { Engine, Operation } from '../engine.ts';
import { jsonObject, optionalJson } from '../json-text.ts';
import { requestTokens } from '../storage/request-tokens.ts';
import { commitWrites } from './commit-writes.ts';
import { capacityModes, checkLength, metricsModes, readInput, type Shape } from './input.ts';
import {
  type DecidedWrite,
  isFailedCondition,
  type PreparedWrite,
  prepareCheck,
  prepareDelete,
  preparePut,
  prepareUpdate,
  unitsOfFailedCondition,
} from './prepare-write.ts';
import { checkDistinct } from './read-items.ts';

const maxItems = 100;
const maxBytes = 4 * 1024 * 1024;
const maxTokenLength = 36;

type Input = {
  TransactItems: unknown[];
  ClientRequestToken?: string;
  ReturnConsumedCapacity?: CapacityMode;
};
const shape: Shape = {
  TransactItems: 'list!',
  ClientRequestToken: 'string',
  ReturnConsumedCapacity: capacityModes,
  ReturnItemCollectionMetrics: metricsModes,
};

export const transactWriteItems: Operation = (engine, given) => {
  const input = readInput<Input>(given, shape);
  const { TransactItems, ClientRequestToken: token } = input;
  checkLength('TransactItems', TransactItems, 1, maxItems);
  if (token !== undefined && (token.length < 1 || token.length > maxTokenLength))
    throw validationError(
      `1 validation error detected: Value '${token}' at 'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to ${maxTokenLength}`,
    );
  const tokens = requestTokens(engine.database, engine.now);
  const content = token === undefined ? '' : JSON.stringify(TransactItems);
  const seen = token === undefined ? 'new' : tokens.find(token, content);
  if (seen === 'done') return '{}';
  if (seen === 'other')
    throw new DynamodbError(
      'IdempotentParameterMismatchException',
      'The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with different requests.',
    );

  const prepared = TransactItems.map((one) => prepare(engine, one));
  checkDistinct(prepared);
  if (prepared.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) > maxBytes)
    throw validationError('Transaction request size exceeds the limit of 4 MB');
  const consumed = countCancelled(engine, () =>
    commit(engine, decideAll(engine, prepared), () => {
      if (token !== undefined) tokens.add(token, content);
    }),
  );
  return jsonObject({ ConsumedCapacity: capacities(input.ReturnConsumedCapacity, consumed) });
};

/** The meter counts a transaction that `work` cancels. */
const countCancelled = <Result>({ meter }: Engine, work: () => Result): Result => {
  try {
    return work();
  } catch (error) {
    if (error instanceof CancelledError) meter.addCancelledTransaction(error.codes);
    throw error;
  }
};

const conditional: Shape = {
  TableName: 'string!',
  ConditionExpression: 'string',
  ExpressionAttributeNames: 'map',
  ExpressionAttributeValues: 'map',
  ReturnValuesOnConditionCheckFailure: ['ALL_OLD', 'NONE'],
};
type Prepare = (engine: Engine, given: unknown) => PreparedWrite;
const kinds: Record<string, Prepare> = {
  Put: (engine, given) => preparePut(engine, readInput(given, { ...conditional, Item: 'map!' })),
  Update: (engine, given) =>
    prepareUpdate(
      engine,
      readInput(given, { ...conditional, Key: 'map!', UpdateExpression: 'string!' }),
    ),
  Delete: (engine, given) =>
    prepareDelete(engine, readInput(given, { ...conditional, Key: 'map!' })),
  ConditionCheck: (engine, given) =>
    prepareCheck(engine, readInput(given, { ...conditional, Key: 'map!' })),
};

const prepare = (engine: Engine, one: unknown): PreparedWrite => {
  const members = readInput<Record<string, unknown>>(one, {
    Put: 'map',
    Update: 'map',
    Delete: 'map',
    ConditionCheck: 'map',
  });
  const [entry, ...others] = Object.entries(members);
  const kind = entry && kinds[entry[0]];
  if (!kind || others.length > 0)
    throw validationError('TransactItems can only contain one of Check, Put, Update or Delete');
  return kind(engine, entry[1]);
};

type Reason = { Code: string; Message?: string; Item?: unknown };

/** DynamoDB says of each item what is wrong with it, so all are looked at. */
const decideAll = (engine: Engine, prepared: readonly PreparedWrite[]): DecidedWrite[] => {
  const writes: DecidedWrite[] = [];
  const reasons = prepared.map((one): Reason => {
    try {
      writes.push(one.decide());
      return { Code: 'None' };
    } catch (error) {
      return toReason(error);
    }
  });
  if (writes.length === prepared.length) return writes;
  for (const one of prepared) {
    const { definition } = one.table;
    const partition = getPartition(one.keyItem, definition.key.hash.name);
    const consumed = [{ partition, units: 2 * unitsOfFailedCondition(one) }];
    engine.meter.add('writeUnits', definition.name, consumed);
  }
  throw new CancelledError(reasons);
};

const toReason = (error: unknown): Reason => {
  if (!(error instanceof DynamodbError)) throw error;
  if (isFailedCondition(error))
    return { Code: 'ConditionalCheckFailed', Message: error.message, ...error.details };
  if (error.type === 'ValidationException')
    return { Code: 'ValidationError', Message: error.message };
  throw error;
};

const commit = (engine: Engine, writes: DecidedWrite[], alongside: () => void) => {
  try {
    return commitWrites(engine, writes, { factor: 2, alongside });
  } catch (error) {
    if (error instanceof DynamodbError && error.type === 'ProvisionedThroughputExceededException')
      throw new CancelledError(
        writes.map(() => ({ Code: 'ProvisionedThroughputExceeded', Message: error.message })),
      );
    throw error;
  }
};

class CancelledError extends DynamodbError {
  /** What was wrong, each once. */
  readonly codes: readonly string[];

  constructor(reasons: readonly Reason[]) {
    const codes = reasons.map(({ Code }) => Code);
    super(
      'TransactionCanceledException',
      `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`,
      { CancellationReasons: reasons },
    );
    this.codes = codes.filter((code) => code !== 'None');
  }
}

const capacities = (
  mode: CapacityMode | undefined,
  consumed: ReturnType<typeof commitWrites>,
): string | undefined => {
  const byTable = new Map<string, Consumption[]>();
  for (const { table, consumed: some } of consumed) {
    const { name } = table.definition;
    byTable.set(name, [...(byTable.get(name) ?? []), ...some]);
  }
  const all = [...byTable].flatMap(
    ([name, some]) => consumedCapacity(mode, name, some, 'WriteCapacityUnits') ?? [],
  );
  return optionalJson(all.length > 0 ? all : undefined);
};
