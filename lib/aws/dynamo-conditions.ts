import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';

/**
 * Of a write that is decided anew where it did not happen: true if it went through; false if its
 * condition turned it away, or another transaction was at work on one of its items. Whatever else
 * DynamoDB says against it (throttling, a table that is not there, a request that makes no sense)
 * rises.
 */
export const succeeded = (write: Promise<unknown>): Promise<boolean> =>
  write.then(
    () => true,
    (error) => {
      if (isConflict(error)) return false;
      throw error;
    },
  );

/**
 * A write that nobody decides anew: that its condition turned it away is all right. A transaction at
 * work on its item says nothing of the condition, and rises like any other fault.
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
    error instanceof TransactionConflictException // what a plain write gets, met by a transaction
  );
};

const conflictReasons = new Set<string | undefined>([
  undefined,
  'None',
  'ConditionalCheckFailed',
  'TransactionConflict',
]);

/**
 * Of a Put: only if the item still is the one that was read, or is not there where none was. Every
 * item that is swapped has its version in `v`.
 */
export const ifUnchanged = (before: { version: number } | undefined) => ({
  ConditionExpression: before ? '#v = :v' : 'attribute_not_exists(#v)',
  ExpressionAttributeNames: { '#v': 'v' },
  ...(before && { ExpressionAttributeValues: { ':v': before.version } }),
});
