import { createRequire } from 'node:module';
import { create, type Store } from 'dynalite/db/index.js';
import { checkTypes, checkValidations, toLowerFirst } from 'dynalite/validations/index.js';
import * as z from 'zod';
import { writeStop } from './write-stop.ts';

/** What DynamoDB answers: a status and JSON. */
export type Answer = { status: number; body: Record<string, unknown> };

/** Asks dynalite one operation, such as PutItem; never rejects for a refusal, which is an answer. */
export type Ask = (operation: string, input: unknown) => Promise<Answer>;

/** The operations of dynalite over its LevelDB store. */
export type InnerDynalite = {
  ask: Ask;
  knows(operation: string): boolean;
  /** From now on what writes rejects, as it does by itself once a write has failed. */
  refuseWrites(cause: unknown): void;
  /** Waits for what is at work, and closes the store. */
  close(): Promise<void>;
};

const operations = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'ListTables',
  'ListTagsOfResource',
  'PutItem',
  'Query',
  'Scan',
  'TagResource',
  'UntagResource',
  'UpdateItem',
  'UpdateTable',
];

const require = createRequire(import.meta.url);
const Action =
  z.custom<(store: Store, input: object, done: (error: unknown, body?: object) => void) => void>(
    isFunction,
  );
const Validation = z.looseObject({
  types: z.record(z.string(), z.unknown()),
  custom: z.custom<(input: object, store: Store) => string | undefined>(isFunction).optional(),
});
const Refusal = z.object({ statusCode: z.int(), body: z.record(z.string(), z.unknown()) });

/**
 * dynalite's validations and actions without its HTTP server: a transaction makes several calls,
 * and half of the work of each would be requests and signatures. Without a folder the items live in
 * memory.
 */
export const innerDynalite = async (folder?: string): Promise<InnerDynalite> => {
  const store = create({
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
    ...(folder !== undefined && { path: folder }),
  });
  await store.db.open();
  readAtOnce(store);
  const { refuseWrites } = writeStop(store);
  const known = new Map(
    operations.map((operation) => {
      const name = toLowerFirst(operation);
      const action = Action.parse(require(`dynalite/actions/${name}.js`));
      return [
        operation,
        { action, ...Validation.parse(require(`dynalite/validations/${name}.js`)) },
      ];
    }),
  );

  const ask: Ask = (operation, input) =>
    new Promise((resolve, reject) => {
      const refuse = (error: unknown) => {
        const refusal = Refusal.safeParse(error);
        if (refusal.success) resolve({ status: refusal.data.statusCode, body: refusal.data.body });
        else reject(error);
      };
      const one = known.get(operation);
      if (!one) return reject(new Error(`dynalite knows no ${operation}.`));
      try {
        const checked = checkTypes(input, one.types);
        checkValidations(checked, one.types, one.custom, store);
        one.action(store, checked, (error, body = {}) => {
          if (error) refuse(error);
          else resolve({ status: 200, body: { ...body } });
        });
      } catch (error) {
        refuse(error);
      }
    });

  const close = () => store.lifecycleManager.gracefulClose();
  return { ask, knows: (operation) => known.has(operation), refuseWrites, close };
};

/**
 * Has the store read in this thread. What is asked for is nearly always in memory, and to hand it
 * to another thread and back costs several times the reading; every operation reads its table's
 * description before its items.
 */
const readAtOnce = ({ db }: Store): void => {
  db.get = (key, done) => {
    try {
      const value = db.getSync(key);
      queueMicrotask(() => done(null, value));
    } catch (error) {
      queueMicrotask(() => done(error));
    }
  };
};

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}
