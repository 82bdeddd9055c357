import { invalidParameter, serializationError, validationError } from '../dynamodb-error.ts';
import { type AttributeValue, type Item, typeNames } from './attribute-value.ts';
import { canonicalNumber, numberSize } from './decimal.ts';

const maxDepth = 32;
export const maxItemBytes = 400 * 1024;

/**
 * Checks a value from outside and brings its numbers into their canonical form, in place.
 * Returns its size in bytes by DynamoDB's rules, of which the write units come:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export const checkValue = (value: unknown, depth = 0): number => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw serializationError('Unexpected value type in payload');
  if (depth > maxDepth)
    throw validationError('Nesting Levels have exceeded supported limits of 32 levels');
  let type: string | undefined;
  for (const name in value) {
    if (type !== undefined)
      throw validationError(
        'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
      );
    type = name;
  }
  if (type === undefined || !typeNames.has(type))
    throw validationError(
      'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes',
    );
  return checks[type as keyof typeof checks](value as never, depth);
};

/** Checks all attributes of an item in place; its size in bytes, names included. */
export const checkAttributes = (item: unknown, depth = 0): number => {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    throw serializationError('Unexpected value type in payload');
  let size = 0;
  for (const [name, value] of Object.entries(item))
    size += Buffer.byteLength(name) + checkValue(value, depth);
  return size;
};

/** The size of a value that was checked before. */
export const valueSize = (value: AttributeValue): number => checkValue(value);

export const attributesSize = (item: Item): number => {
  let size = 0;
  for (const [name, value] of Object.entries(item))
    size += Buffer.byteLength(name) + valueSize(value);
  return size;
};

const checks = {
  S: ({ S }: { S: unknown }) => Buffer.byteLength(text(S)),
  N: (value: { N: unknown }) => {
    const number = canonicalNumber(text(value.N));
    value.N = number;
    return numberSize(number);
  },
  B: (value: { B: unknown }) => {
    const bytes = decodeBase64(value.B);
    value.B = bytes.toString('base64');
    return bytes.length;
  },
  BOOL: ({ BOOL }: { BOOL: unknown }) => {
    if (typeof BOOL !== 'boolean') throw wrongType(BOOL, 'Boolean');
    return 1;
  },
  NULL: ({ NULL }: { NULL: unknown }) => {
    if (typeof NULL !== 'boolean') throw wrongType(NULL, 'Boolean');
    if (!NULL) throw invalidParameter('Null attribute value types must have the value of true');
    return 1;
  },
  SS: ({ SS }: { SS: unknown }) => {
    const members = list(SS).map(text);
    if (members.length === 0) throw invalidParameter('An string set  may not be empty');
    checkDistinct(members);
    return sum(members.map((member) => Buffer.byteLength(member)));
  },
  NS: (value: { NS: unknown }) => {
    const members = list(value.NS).map((member) => canonicalNumber(text(member)));
    if (members.length === 0) throw invalidParameter('An number set  may not be empty');
    checkDistinct(members);
    value.NS = members;
    return sum(members.map(numberSize));
  },
  BS: (value: { BS: unknown }) => {
    const bytes = list(value.BS).map(decodeBase64);
    if (bytes.length === 0) throw invalidParameter('Binary sets should not be empty');
    const members = bytes.map((member) => member.toString('base64'));
    checkDistinct(members);
    value.BS = members;
    return sum(bytes.map((member) => member.length));
  },
  L: ({ L }: { L: unknown }, depth: number) =>
    sum(list(L).map((member) => 1 + checkValue(member, depth + 1))) + 3,
  M: ({ M }: { M: unknown }, depth: number) => {
    const size = checkAttributes(M, depth + 1);
    return size + Object.keys(M as object).length + 3;
  },
};

const text = (value: unknown): string => {
  if (typeof value !== 'string') throw wrongType(value, 'String');
  return value;
};

const list = (value: unknown): unknown[] => {
  if (!Array.isArray(value)) throw wrongType(value, 'List');
  return value;
};

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const decodeBase64 = (value: unknown): Buffer => {
  const encoded = text(value);
  if (!base64.test(encoded)) throw serializationError('Base64 encoded value has an invalid length');
  return Buffer.from(encoded, 'base64');
};

const checkDistinct = (members: string[]): void => {
  if (new Set(members).size < members.length)
    throw invalidParameter(`Input collection [${members.join(', ')}] contains duplicates.`);
};

const sum = (sizes: number[]): number => sizes.reduce((total, size) => total + size, 0);

const jsonTypes: Record<string, string> = {
  string: 'STRING_VALUE',
  number: 'NUMBER_VALUE',
  boolean: 'TRUE_VALUE',
};

const wrongType = (value: unknown, wanted: string) => {
  const found = jsonTypes[typeof value];
  return serializationError(
    found ? `${found} cannot be converted to ${wanted}` : 'Unexpected value type in payload',
  );
};
