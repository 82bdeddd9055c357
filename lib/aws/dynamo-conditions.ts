import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';

/**
 * Whether a conditional write succeeded: false if its condition failed or a transaction on one of its
 * items conflicted, so that the caller decides again. Any other error (throttling, a missing table, an
 * invalid request) is thrown.
 */
export const succeeded = async (write: Promise<unknown>): Promise<boolean> =>
  (await unlessConflict(write.then(() => true))) ?? false;

/** Likewise with what the write returned: undefined if its condition failed. */
export const unlessConflict = <Result>(write: Promise<Result>): Promise<Result | undefined> =>
  write.catch((error) => {
    if (isConflict(error)) return undefined;
    throw error;
  });

/**
 * Awaits a conditional write whose failed condition is no error. A conflict with a transaction says
 * nothing about the condition, and is thrown like any other error.
 */
export const ignoreConditionFailure = async (write: Promise<unknown>): Promise<void> => {
  await write.catch((error) => {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  });
};

const isConflict = (error: unknown): boolean => {
  if (error instanceof TransactionCanceledException)
    return (error.CancellationReasons ?? []).every(({ Code }) => conflictReasons.has(Code));
  return (
    error instanceof ConditionalCheckFailedException ||
    error instanceof TransactionConflictException // what a plain write gets while a transaction has its item
  );
};

const conflictReasons = new Set<string | undefined>([
  undefined,
  'None',
  'ConditionalCheckFailed',
  'TransactionConflict',
]);

/**
 * The condition of a Put with an optimistic lock: the item must still have the version that was read,
 * or not exist where none was read. Items keep their version in `v`.
 */
export const ifUnchanged = (before: { version: number } | undefined) => ({
  ConditionExpression: before ? '#v = :v' : 'attribute_not_exists(#v)',
  ExpressionAttributeNames: { '#v': 'v' },
  ...(before && { ExpressionAttributeValues: { ':v': before.version } }),
});
