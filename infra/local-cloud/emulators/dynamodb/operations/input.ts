import { serializationError, validationError } from '../dynamodb-error.ts';

type Kind = 'string' | 'boolean' | 'integer' | 'list' | 'map';
/** A member's kind, or the values that it may have; `!` where it must be there. */
export type Shape = Record<string, Kind | `${Kind}!` | readonly string[]>;

const legacyParameters = [
  'AttributesToGet',
  'AttributeUpdates',
  'ConditionalOperator',
  'Expected',
  'KeyConditions',
  'QueryFilter',
  'ScanFilter',
];

/**
 * The members of a request that the operation knows, each of its kind. Throws
 * SerializationException for another kind, ValidationException for what is missing or not allowed.
 * Like DynamoDB it passes over members that it does not know.
 */
export const readInput = <Input extends object>(given: unknown, shape: Shape): Input => {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw serializationError('Unexpected value type in payload');
  const source = given as Record<string, unknown>;
  const input: Record<string, unknown> = {};
  for (const name in shape) {
    const expected = shape[name] as Shape[string];
    const value = source[name] ?? undefined;
    if (typeof expected !== 'string') {
      if (value !== undefined) input[name] = checkEnum(name, value, expected);
      continue;
    }
    const isRequired = expected.endsWith('!');
    if (value !== undefined) {
      checkKind(value, (isRequired ? expected.slice(0, -1) : expected) as Kind);
      input[name] = value;
    } else if (isRequired) throw missing(name);
  }
  for (const name of legacyParameters)
    if (source[name] !== undefined && source[name] !== null)
      throw validationError(
        `The legacy parameter ${name} is not supported by this DynamoDB: use an expression instead.`,
      );
  return input as Input;
};

const kinds: Record<Kind, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(value),
  list: Array.isArray,
  map: (value) => typeof value === 'object' && !Array.isArray(value),
};

const checkKind = (value: unknown, kind: Kind): void => {
  if (kinds[kind](value)) return;
  if (kind === 'list' || kind === 'map')
    throw serializationError('Unexpected value type in payload');
  throw serializationError(
    `${typeof value === 'object' ? 'Unexpected value' : `${(typeof value).toUpperCase()}_VALUE`} cannot be converted to ${kind === 'integer' ? 'Integer' : kind === 'boolean' ? 'Boolean' : 'String'}`,
  );
};

const checkEnum = (name: string, value: unknown, allowed: readonly string[]): unknown => {
  if (typeof value !== 'string') throw serializationError('Unexpected value type in payload');
  if (allowed.includes(value)) return value;
  throw constraint(value, name, `Member must satisfy enum value set: [${allowed.join(', ')}]`);
};

const memberName = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

const constraint = (value: unknown, name: string, rule: string) =>
  validationError(
    `1 validation error detected: Value ${value === undefined ? 'null' : `'${value}'`} at '${memberName(name)}' failed to satisfy constraint: ${rule}`,
  );

export const missing = (name: string) => constraint(undefined, name, 'Member must not be null');

/** Throws unless `value` is absent or within the bounds. */
export const checkBounds = (
  name: string,
  value: number | undefined,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): void => {
  if (value === undefined) return;
  if (value < min)
    throw constraint(value, name, `Member must have value greater than or equal to ${min}`);
  if (value > max)
    throw constraint(value, name, `Member must have value less than or equal to ${max}`);
};

/** Throws unless a list (or a map) has between `min` and `max` members. */
export const checkLength = (
  name: string,
  members: readonly unknown[] | object,
  min: number,
  max: number,
): void => {
  const length = Array.isArray(members) ? members.length : Object.keys(members).length;
  const shown = `[${length} members]`;
  if (length < min)
    throw constraint(shown, name, `Member must have length greater than or equal to ${min}`);
  if (length > max)
    throw constraint(shown, name, `Member must have length less than or equal to ${max}`);
};

const tableArn = /^arn:[^:]+:dynamodb:[^:]*:[^:]*:table\/([A-Za-z0-9_.-]+)$/;
const tableName = /^[A-Za-z0-9_.-]+$/;

/** A table's name as given, or the one in its ARN. */
export const readTableName = (given: string): string => {
  const name = tableArn.exec(given)?.[1] ?? given;
  if (name.length < 3 || name.length > 255)
    throw validationError(
      "Invalid table/index name.  Table/index names must be between 3 and 255 characters long, and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'",
    );
  if (!tableName.test(name))
    throw constraint(
      name,
      'TableName',
      'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+',
    );
  return name;
};

export const capacityModes = ['INDEXES', 'TOTAL', 'NONE'] as const;
export const metricsModes = ['SIZE', 'NONE'] as const;
