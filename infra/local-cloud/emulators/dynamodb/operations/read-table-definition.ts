import { invalidParameter, validationError } from '../dynamodb-error.ts';
import type {
  IndexDefinition,
  KeyAttribute,
  KeySchema,
  KeyType,
  StreamViewType,
} from '../storage/table-definition.ts';
import { checkLength, readInput } from './input.ts';

export type IndexInput = {
  IndexName: string;
  KeySchema: unknown[];
  Projection: { ProjectionType?: string; NonKeyAttributes?: string[] };
};

export const readAttributes = (given: unknown[]): KeyAttribute[] =>
  given.map((one) => {
    const { AttributeName, AttributeType } = readInput<{
      AttributeName: string;
      AttributeType: KeyType;
    }>(one, { AttributeName: 'string!', AttributeType: ['B', 'N', 'S'] });
    return { name: AttributeName, type: AttributeType };
  });

export const readKeySchema = (given: unknown[], attributes: readonly KeyAttribute[]): KeySchema => {
  checkLength('KeySchema', given, 1, 2);
  const elements = given.map((one) =>
    readInput<{ AttributeName: string; KeyType: string }>(one, {
      AttributeName: 'string!',
      KeyType: ['HASH', 'RANGE'],
    }),
  );
  const [first, second] = elements;
  if (first?.KeyType !== 'HASH')
    throw validationError('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  if (second && second.KeyType !== 'RANGE')
    throw validationError('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type');
  if (second?.AttributeName === first.AttributeName)
    throw validationError(
      'Both the Hash Key and the Range Key element in the KeySchema have the same name',
    );
  const find = (name: string): KeyAttribute => {
    const attribute = attributes.find((one) => one.name === name);
    if (attribute) return attribute;
    throw invalidParameter(
      `Some index key attributes are not defined in AttributeDefinitions. Keys: [${name}], AttributeDefinitions: [${attributes.map((one) => one.name).join(', ')}]`,
    );
  };
  return {
    hash: find(first.AttributeName),
    ...(second && { range: find(second.AttributeName) }),
  };
};

const indexName = /^[A-Za-z0-9_.-]{3,255}$/;
const projectionTypes = ['ALL', 'INCLUDE', 'KEYS_ONLY'] as const;

export const readIndex = (
  given: unknown,
  { isGlobal, slot, attributes }: { isGlobal: boolean; slot: number; attributes: KeyAttribute[] },
): IndexDefinition => {
  const input = readInput<IndexInput>(given, {
    IndexName: 'string!',
    KeySchema: 'list!',
    Projection: 'map!',
  });
  if (!indexName.test(input.IndexName))
    throw validationError(
      `1 validation error detected: Value '${input.IndexName}' at 'indexName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]{3,255}`,
    );
  const { ProjectionType, NonKeyAttributes = [] } = readInput<IndexInput['Projection']>(
    input.Projection,
    { ProjectionType: projectionTypes, NonKeyAttributes: 'list' },
  );
  if (!ProjectionType) throw invalidParameter('Unknown ProjectionType: null');
  if ((ProjectionType === 'INCLUDE') !== NonKeyAttributes.length > 0)
    throw invalidParameter(
      ProjectionType === 'INCLUDE'
        ? 'ProjectionType is INCLUDE, but NonKeyAttributes is not specified'
        : `ProjectionType is ${ProjectionType}, but NonKeyAttributes is specified`,
    );
  return {
    name: input.IndexName,
    slot,
    isGlobal,
    key: readKeySchema(input.KeySchema, attributes),
    projection: {
      type: ProjectionType as IndexDefinition['projection']['type'],
      attributes: NonKeyAttributes.map(String),
    },
  };
};

const viewTypes = ['NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY'] as const;

/** The view of a stream that is to be, or undefined where it is switched off. */
export const readStreamSpecification = (given: unknown): StreamViewType | undefined => {
  const { StreamEnabled, StreamViewType } = readInput<{
    StreamEnabled: boolean;
    StreamViewType?: StreamViewType;
  }>(given, { StreamEnabled: 'boolean!', StreamViewType: viewTypes });
  if (!StreamEnabled) return undefined;
  if (!StreamViewType)
    throw validationError(
      'One or more parameter values were invalid: StreamEnabled is true, but StreamViewType is not specified',
    );
  return StreamViewType;
};

/** Throws for attributes that no key uses: DynamoDB takes only those. */
export const checkAllUsed = (
  attributes: readonly KeyAttribute[],
  schemas: readonly KeySchema[],
): void => {
  const used = new Set(schemas.flatMap(({ hash, range }) => [hash.name, range?.name]));
  const unused = attributes.filter(({ name }) => !used.has(name));
  if (unused.length > 0)
    throw invalidParameter(
      `Some AttributeDefinitions are not used. AttributeDefinitions: [${attributes.map(({ name }) => name).join(', ')}], keys used: [${[...used].filter(Boolean).join(', ')}]`,
    );
};
