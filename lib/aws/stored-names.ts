import type { z } from 'zod';

/** Attributes of items by the names that release 4d27351 wrote, and what they are called since. */
const renamed: Readonly<Record<string, string>> = {
  content: 'renditionSet',
  contentId: 'renditionSetId',
  maker: 'owner',
  leftovers: 'orphanedRenditions',
  askedAgainAt: 'requeuedAt',
  beginner: 'requestToken',
};

/**
 * Keys of tables and indexes by the names that release 4d27351 wrote. DynamoDB cannot rename a key:
 * items of that release have to be copied into the tables of this one, under these names.
 */
export const renamedKeys: Readonly<Record<string, string>> = {
  content_id: 'rendition_set_id',
  answer_id: 'idempotency_id',
  of: 'scope',
  shelf: 'partition',
  status_shelf: 'status_partition',
};

/**
 * Reads an item of any release: attributes written under an earlier name are read under today's.
 * Throws a ZodError where the item is not what the schema says. The contract test `stored` reads
 * items that each release wrote.
 */
export const parseItem = <T>(schema: z.ZodType<T>, item: unknown): T =>
  schema.parse(withCurrentNames(item));

const withCurrentNames = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withCurrentNames);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [renamed[name] ?? name, withCurrentNames(inner)]),
  );
};

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
