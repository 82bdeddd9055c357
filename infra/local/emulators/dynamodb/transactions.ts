import * as z from 'zod';
import type { Answer, Ask } from './inner-dynalite.ts';
import type { RequestTokens } from './request-tokens.ts';
import { type Before, putBack, type UndoJournal } from './undo-journal.ts';

/** Whoever calls these holds the lock alone: nothing else may touch the tables meanwhile. */
export type Transactions = {
  write(input: unknown): Promise<Answer>;
  get(input: unknown): Promise<Answer>;
};

type Tools = {
  ask: Ask;
  keyNamesOf: (table: string) => Promise<string[]>;
  journal: UndoJournal;
  /** From now on nothing may change what the journal would put back. */
  refuseWrites: (cause: unknown) => void;
  tokens: RequestTokens;
  /** When it says so, a transaction is refused as if another one had the first of its items. */
  conflict: () => boolean;
  afterWrite: () => void;
};

const Item = z.record(z.string(), z.unknown());
const Operation = z.looseObject({
  TableName: z.string(),
  Key: Item.optional(),
  Item: Item.optional(),
  ReturnValuesOnConditionCheckFailure: z.enum(['ALL_OLD', 'NONE']).optional(),
});
type Operation = z.infer<typeof Operation>;
const One = z.union([
  z.strictObject({ Put: Operation }),
  z.strictObject({ Update: Operation }),
  z.strictObject({ Delete: Operation }),
  z.strictObject({ ConditionCheck: Operation }),
]);
type One = z.infer<typeof One>;
const Writes = z.object({
  TransactItems: z.array(One).min(1).max(100),
  ClientRequestToken: z.string().optional(),
});
const Gets = z.object({
  TransactItems: z
    .array(z.object({ Get: Operation }))
    .min(1)
    .max(100),
});

type Reason = { Code: string; Message?: string; Item?: unknown };
type Step = { one: One; operation: Operation; before: Before };

export const transactions = (tools: Tools): Transactions => ({
  write: async (input) => {
    const writes = Writes.safeParse(input);
    if (!writes.success) return invalid(writes.error);
    const { TransactItems, ClientRequestToken: token } = writes.data;
    const content = JSON.stringify(TransactItems);
    const seen = token === undefined ? 'new' : tools.tokens.find(token, content);
    if (seen === 'done') return { status: 200, body: {} };
    if (seen === 'other') {
      return refused('IdempotentParameterMismatchException', 'The token was used with other items');
    }
    if (tools.conflict()) return cancelled(TransactItems.map((_, at) => (at === 0 ? busy : fine)));

    const steps = await stepsOf(TransactItems, tools);
    if (!Array.isArray(steps)) return steps;
    const answer = await applyAll(steps, tools);
    if (answer.status === 200 && token !== undefined) tools.tokens.remember(token, content);
    return answer;
  },

  get: async (input) => {
    const gets = Gets.safeParse(input);
    if (!gets.success) return invalid(gets.error);

    const answers = await Promise.all(
      gets.data.TransactItems.map(({ Get }) => tools.ask('GetItem', Get)),
    );
    const refusal = answers.find(({ status }) => status !== 200);
    if (refusal) return refusal;
    const responses = answers.map(({ body }) => (body['Item'] ? { Item: body['Item'] } : {}));
    return { status: 200, body: { Responses: responses } };
  },
});

/** The items a transaction names, as they are now; or the answer, if it cannot be begun. */
const stepsOf = async (items: One[], { ask, keyNamesOf }: Tools): Promise<Step[] | Answer> => {
  const steps: Step[] = [];
  const missing = (table: string) =>
    refused('ResourceNotFoundException', `Requested resource not found: Table: ${table} not found`);
  for (const one of items) {
    const operation = operationOf(one);
    const names = await keyNamesOf(operation.TableName);
    if (names.length === 0) return missing(operation.TableName);
    const source = 'Put' in one ? operation.Item : operation.Key;
    const key = Object.fromEntries(
      names.flatMap((name) => (source?.[name] === undefined ? [] : [[name, source[name]]])),
    );
    steps.push({ one, operation, before: { table: operation.TableName, key } });
  }
  const targets = steps.map(({ before }) => JSON.stringify([before.table, before.key]));
  if (new Set(targets).size < targets.length) {
    const message = 'Transaction request cannot include multiple operations on one item';
    return refused('ValidationException', message);
  }

  const found = await Promise.all(
    steps.map(({ before: { table, key } }) =>
      ask('GetItem', { TableName: table, Key: key, ConsistentRead: true }),
    ),
  );
  for (const [at, answer] of found.entries()) {
    if (answer.status !== 200) return answer;
    const old = Item.optional().parse(answer.body['Item']);
    if (old && steps[at]) steps[at].before.old = old;
  }
  return steps;
};

/**
 * Does all, or puts all back. DynamoDB says for each item what was wrong with it, so all are tried.
 * If putting back fails too, as it does on a full disk, the next start does it by the journal.
 */
const applyAll = async (steps: Step[], tools: Tools): Promise<Answer> => {
  const { ask, journal, refuseWrites, afterWrite } = tools;
  const apply = async (step: Step) => {
    const answer = await ask(...callOf(step));
    afterWrite();
    return answer;
  };
  journal.write(steps.map(({ before }) => before));
  const tried = await Promise.allSettled(steps.map(apply));
  const answers = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const broken = tried.find((one) => one.status === 'rejected');
  try {
    if (broken || answers.some(({ status }) => status !== 200)) {
      const isRefused = (one: (typeof tried)[number] | undefined) =>
        one?.status === 'fulfilled' && one.value.status !== 200;
      const changed = steps.filter((_, at) => !isRefused(tried[at]));
      await putBack(
        changed.map(({ before }) => before),
        ask,
      );
    }
    journal.clear();
  } catch (error) {
    refuseWrites(error);
    throw error;
  }
  if (broken) throw broken.reason;

  const badlyWritten = answers.find(isBadlyWritten);
  if (badlyWritten) return badlyWritten;
  const reasons = answers.map((answer, at) => reasonOf(answer, steps[at]));
  return reasons.every(({ Code }) => Code === 'None')
    ? { status: 200, body: {} }
    : cancelled(reasons);
};

const callOf = ({ one, operation, before }: Step): [string, object] => {
  const { ReturnValuesOnConditionCheckFailure: _, Key, ...rest } = operation;
  if ('Put' in one) return ['PutItem', rest];
  if ('Update' in one) return ['UpdateItem', { ...rest, Key }];
  if ('Delete' in one) return ['DeleteItem', { ...rest, Key }];
  // A check alone is no call of DynamoDB's: write what is there already, if it is as expected.
  return before.old ? ['PutItem', { ...rest, Item: before.old }] : ['DeleteItem', { ...rest, Key }];
};

const operationOf = (one: One): Operation => {
  if ('Put' in one) return one.Put;
  if ('Update' in one) return one.Update;
  return 'Delete' in one ? one.Delete : one.ConditionCheck;
};

const typeOf = ({ body }: Answer) => String(body['__type']).split('#').at(-1);
const messageOf = ({ body }: Answer) => String(body['message'] ?? body['Message'] ?? '');

// An expression that cannot be read fails the call; one that does not fit its item, the item.
const isBadlyWritten = (answer: Answer) =>
  answer.status !== 200 &&
  typeOf(answer) !== 'ConditionalCheckFailedException' &&
  (typeOf(answer) !== 'ValidationException' ||
    /^(Invalid \w*Expression|Value provided in Expression|\d+ validation error|ExpressionAttribute)/.test(
      messageOf(answer),
    ));

const reasonOf = (answer: Answer, step: Step | undefined): Reason => {
  if (answer.status === 200) return fine;
  if (typeOf(answer) !== 'ConditionalCheckFailedException') {
    return { Code: 'ValidationError', Message: messageOf(answer) };
  }
  const wantsOld = step?.operation.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
  const old = wantsOld && step.before.old ? { Item: step.before.old } : {};
  return { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', ...old };
};

const fine: Reason = { Code: 'None' };
const busy: Reason = {
  Code: 'TransactionConflict',
  Message: 'Transaction is ongoing for the item',
};

const refused = (type: string, message: string, rest: object = {}): Answer => ({
  status: 400,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message, Message: message, ...rest },
});

const invalid = (error: z.ZodError): Answer =>
  refused('ValidationException', `TransactItems cannot be read: ${z.prettifyError(error)}`);

const cancelled = (reasons: Reason[]): Answer =>
  refused(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`,
    { CancellationReasons: reasons },
  );
