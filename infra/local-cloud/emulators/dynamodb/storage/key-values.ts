import {
  type AttributeValue,
  getAttribute,
  getType,
  type Item,
} from '../attributes/attribute-value.ts';
import { numberOfSortable, sortableNumber } from '../attributes/decimal.ts';
import { validationError } from '../dynamodb-error.ts';
import type { KeyAttribute, KeySchema } from './table-definition.ts';

/** A key attribute as its column holds it; SQLite compares it by bytes, as DynamoDB does. */
export type SqlValue = string | Uint8Array;
/** `range` is empty where the table has no range key. */
export type SqlKey = { hash: SqlValue; range: SqlValue };

export const encodeKeyValue = (value: AttributeValue): SqlValue => {
  if ('S' in value) return value.S;
  if ('N' in value) return sortableNumber(value.N);
  if ('B' in value) return Buffer.from(value.B, 'base64');
  throw new Error(`${getType(value)} is no type of a key.`);
};

export const decodeKeyValue = (column: SqlValue, type: KeyAttribute['type']): AttributeValue => {
  if (type === 'B') return { B: Buffer.from(column as Uint8Array).toString('base64') };
  return type === 'N' ? { N: numberOfSortable(String(column)) } : { S: String(column) };
};

/** The first value that is greater than every one that begins with `prefix`; none if there is none. */
export const endOfPrefix = (prefix: SqlValue): SqlValue | undefined => {
  if (typeof prefix !== 'string') {
    const last = prefix.findLastIndex((byte) => byte < 0xff);
    if (last === -1) return undefined;
    const end = Buffer.from(prefix.subarray(0, last + 1));
    end[last] = (end[last] ?? 0) + 1;
    return end;
  }
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  const last = points.findLastIndex((point) => point < 0x10ffff);
  if (last === -1) return undefined;
  const next = (points[last] ?? 0) + 1;
  const isSurrogate = next >= 0xd800 && next <= 0xdfff; // no characters of their own
  return String.fromCodePoint(...points.slice(0, last), isSurrogate ? 0xe000 : next);
};

const maxHashBytes = 2048;
const maxRangeBytes = 1024;

/** The key of a whole item that was checked; throws where it is missing, empty, or of another type. */
export const encodeKey = (item: Item, schema: KeySchema): SqlKey => ({
  hash: encodePart(item, schema.hash, maxHashBytes, 'hashkey'),
  range: schema.range ? encodePart(item, schema.range, maxRangeBytes, 'rangekey') : '',
});

const encodePart = (item: Item, { name, type }: KeyAttribute, maxBytes: number, part: string) => {
  const value = getAttribute(item, name);
  if (!value)
    throw validationError(
      `One or more parameter values were invalid: Missing the key ${name} in the item`,
    );
  if (getType(value) !== type)
    throw validationError(
      `One or more parameter values were invalid: Type mismatch for key ${name} expected: ${type} actual: ${getType(value)}`,
    );
  const text = Object.values(value)[0] as string;
  if (text === '')
    throw validationError(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${type === 'B' ? 'binary' : 'string'} value. Key: ${name}`,
    );
  const bytes = Buffer.byteLength(text, type === 'B' ? 'base64' : 'utf8');
  if (bytes > maxBytes)
    throw validationError(
      part === 'hashkey'
        ? `One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of${maxBytes} bytes`
        : `One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of ${maxBytes} bytes`,
    );
  return encodeKeyValue(value);
};
