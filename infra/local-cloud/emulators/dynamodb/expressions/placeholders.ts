import type { AttributeValue } from '../attributes/attribute-value.ts';
import { checkValue } from '../attributes/check-value.ts';
import { serializationError, validationError } from '../dynamodb-error.ts';
import type { Parsed, Path, RawPath } from './syntax.ts';

/** ExpressionAttributeNames and -Values of one request; each must be defined, and used. */
export type Placeholders = {
  /** Throws for a placeholder that is not defined. */
  use(parsed: Parsed<unknown>, parameter: string): void;
  /** Throws for a name or value that no expression used. */
  checkAllUsed(): void;
  path(raw: RawPath): Path;
  value(placeholder: string): AttributeValue;
};

type Source = {
  ExpressionAttributeNames?: unknown;
  ExpressionAttributeValues?: unknown;
};

export const readPlaceholders = (input: Source, hasExpression: boolean): Placeholders => {
  const names = readRecord('ExpressionAttributeNames', input.ExpressionAttributeNames);
  const values = readRecord('ExpressionAttributeValues', input.ExpressionAttributeValues);
  if (!hasExpression) checkNoneGiven(names, values);
  checkNames(names);
  checkValues(values);
  const unusedNames = new Set(Object.keys(names ?? {}));
  const unusedValues = new Set(Object.keys(values ?? {}));

  return {
    use: (parsed, parameter) => {
      for (const name of parsed.names) {
        if (names?.[name] === undefined)
          throw validationError(
            `Invalid ${parameter}: An expression attribute name used in the document path is not defined; attribute name: ${name}`,
          );
        unusedNames.delete(name);
      }
      for (const value of parsed.values) {
        if (values?.[value] === undefined)
          throw validationError(
            `Invalid ${parameter}: An expression attribute value used in expression is not defined; attribute value: ${value}`,
          );
        unusedValues.delete(value);
      }
    },
    checkAllUsed: () => {
      if (unusedNames.size > 0) throw unusedError('ExpressionAttributeNames', unusedNames);
      if (unusedValues.size > 0) throw unusedError('ExpressionAttributeValues', unusedValues);
    },
    path: (raw) =>
      raw.map((part) =>
        typeof part === 'string' && part.startsWith('#') ? (names?.[part] as string) : part,
      ),
    value: (placeholder) => values?.[placeholder] as AttributeValue,
  };
};

const readRecord = (parameter: string, given: unknown): Record<string, unknown> | undefined => {
  if (given === undefined || given === null) return undefined;
  if (typeof given !== 'object' || Array.isArray(given))
    throw serializationError('Unexpected value type in payload');
  if (Object.keys(given).length === 0) throw validationError(`${parameter} must not be empty`);
  return given as Record<string, unknown>;
};

const checkNoneGiven = (names: object | undefined, values: object | undefined): void => {
  if (names)
    throw validationError('ExpressionAttributeNames can only be specified when using expressions');
  if (values)
    throw validationError(
      'ExpressionAttributeValues can only be specified when using expressions: all expressions are null',
    );
};

const namePattern = /^#[A-Za-z0-9_]+$/;
const valuePattern = /^:[A-Za-z0-9_]+$/;

const checkNames = (names: Record<string, unknown> | undefined): void => {
  for (const [placeholder, name] of Object.entries(names ?? {})) {
    if (!namePattern.test(placeholder))
      throw validationError(
        `ExpressionAttributeNames contains invalid key: Syntax error; key: "${placeholder}"`,
      );
    if (typeof name !== 'string') throw serializationError('Unexpected value type in payload');
    if (name === '')
      throw validationError(
        `ExpressionAttributeNames contains invalid value: Attribute name is empty for key ${placeholder}`,
      );
  }
};

const checkValues = (values: Record<string, unknown> | undefined): void => {
  for (const [placeholder, value] of Object.entries(values ?? {})) {
    if (!valuePattern.test(placeholder))
      throw validationError(
        `ExpressionAttributeValues contains invalid key: Syntax error; key: "${placeholder}"`,
      );
    try {
      checkValue(value);
    } catch (error) {
      const { message, type } = error as { message: string; type?: string };
      if (type !== 'ValidationException') throw error;
      throw validationError(
        `ExpressionAttributeValues contains invalid value: ${message} for key ${placeholder}`,
      );
    }
  }
};

const unusedError = (parameter: string, unused: Set<string>) =>
  validationError(
    `Value provided in ${parameter} unused in expressions: keys: {${[...unused].join(', ')}}`,
  );
