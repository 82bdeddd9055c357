import { z } from 'zod';
import { type Operation, operation } from './operation.ts';
import type { Queue } from './queues.ts';
import { SqsError } from './sqs-error.ts';

const maxEntries = 10;
const idPattern = /^[\w-]{1,80}$/;

type Outcome<T> = { ok?: T; failed?: SqsError | undefined };
type Entry<Input> = {
  /** What `use` gives for this entry, or why SQS refuses it. */
  check<T>(use: (input: Input) => T): Outcome<T>;
};

/**
 * An operation on up to ten entries, each of which succeeds or fails by itself. Throws what concerns
 * the whole: EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId,
 * BatchEntryIdsNotDistinct.
 */
export const batchOperation = <Schema extends z.ZodObject>(
  QueueUrl: z.ZodType<Queue>,
  schema: Schema,
  answer: (queue: Queue, entries: Entry<z.infer<Schema>>[]) => Outcome<object>[],
): Operation =>
  operation(
    z.object({ QueueUrl, Entries: z.array(schema.extend({ Id: z.string() })).default([]) }),
    (input) => {
      const entries = input.Entries as (z.infer<Schema> & { Id: string })[];
      checkIds(entries.map(({ Id }) => Id));
      const outcomes = answer(input.QueueUrl, entries.map(toEntry));
      const found = outcomes.map((outcome, at) => ({ ...outcome, Id: entries[at]?.Id }));
      const failures = found.flatMap(({ failed, Id }) => (failed ? [toFailure(failed, Id)] : []));
      return {
        Successful: found.flatMap(({ ok, failed, Id }) => (failed ? [] : [{ Id, ...ok }])),
        ...(failures.length > 0 && { Failed: failures }),
      };
    },
  );

const toEntry = <Input>(input: Input): Entry<Input> => ({
  check(use) {
    try {
      return { ok: use(input) };
    } catch (error) {
      if (error instanceof SqsError) return { failed: error };
      throw error;
    }
  },
});

const toFailure = (error: SqsError, Id: string | undefined) => ({
  Id,
  Code: error.code,
  Message: error.message,
  SenderFault: error.isSenderFault,
});

const checkIds = (ids: readonly string[]): void => {
  if (ids.length === 0)
    throw new SqsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (ids.length > maxEntries)
    throw new SqsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${maxEntries}. You have sent ${ids.length}.`,
    );
  if (!ids.every((id) => idPattern.test(id)))
    throw new SqsError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. ' +
        'It can be at most 80 letters long.',
    );
  const repeated = ids.find((id, at) => ids.indexOf(id) !== at);
  if (repeated) throw new SqsError('BatchEntryIdsNotDistinct', `Id ${repeated} repeated.`);
};
