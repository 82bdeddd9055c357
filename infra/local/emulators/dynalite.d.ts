// The parts of dynalite that we call; its package has neither types nor a list of exports.

declare module 'dynalite/db/index.js' {
  type Done = (error: unknown, value?: unknown) => void;
  export type Store = {
    db: {
      open(): Promise<void>;
      get(key: string, done: Done): void;
      getSync(key: string): unknown;
      put(key: string, value: unknown, done: Done): void;
      del(key: string, done: Done): void;
      batch(operations: object[], done: Done): void;
    };
    lifecycleManager: { gracefulClose(): Promise<void> };
  };
  export function create(options: {
    path?: string;
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }): Store;
}

declare module 'dynalite/validations/index.js' {
  import type { Store } from 'dynalite/db/index.js';

  /** Throws an error with `statusCode` and `body` for what is of another type. */
  export function checkTypes(input: unknown, types: object): object;
  export function checkValidations(
    input: object,
    types: object,
    custom: ((input: object, store: Store) => string | undefined) | undefined,
    store: Store,
  ): void;
  export function toLowerFirst(name: string): string;
}
