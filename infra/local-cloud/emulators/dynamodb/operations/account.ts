import { resourceNotFound } from '../dynamodb-error.ts';
import type { Engine, Operation } from '../engine.ts';
import type { Table } from '../storage/catalog.ts';
import { readInput } from './input.ts';

/** The quotas that AWS gives an account by itself. */
export const describeLimits: Operation = () =>
  JSON.stringify({
    AccountMaxReadCapacityUnits: 80_000,
    AccountMaxWriteCapacityUnits: 80_000,
    TableMaxReadCapacityUnits: 40_000,
    TableMaxWriteCapacityUnits: 40_000,
  });

export const describeEndpoints: Operation = ({ region }) =>
  JSON.stringify({
    Endpoints: [{ Address: `dynamodb.${region}.amazonaws.com`, CachePeriodInMinutes: 1440 }],
  });

const taggedTable = ({ catalog }: Engine, arn: string): Table => {
  const table = catalog.find(arn.split(':table/')[1] ?? '');
  if (!table) throw resourceNotFound(`Requested resource not found: ResourceArn: ${arn} not found`);
  return table;
};

export const listTagsOfResource: Operation = (engine, given) => {
  const { ResourceArn } = readInput<{ ResourceArn: string }>(given, { ResourceArn: 'string!' });
  const { tags } = taggedTable(engine, ResourceArn).definition;
  return JSON.stringify({ Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) });
};

export const tagResource: Operation = (engine, given) => {
  const input = readInput<{ ResourceArn: string; Tags: unknown[] }>(given, {
    ResourceArn: 'string!',
    Tags: 'list!',
  });
  const added = input.Tags.map((tag) => {
    const { Key, Value } = readInput<{ Key: string; Value: string }>(tag, {
      Key: 'string!',
      Value: 'string!',
    });
    return [Key, Value] as const;
  });
  const { name } = taggedTable(engine, input.ResourceArn).definition;
  engine.catalog.update(name, (definition) => ({
    ...definition,
    tags: { ...definition.tags, ...Object.fromEntries(added) },
  }));
  return '{}';
};

export const untagResource: Operation = (engine, given) => {
  const input = readInput<{ ResourceArn: string; TagKeys: unknown[] }>(given, {
    ResourceArn: 'string!',
    TagKeys: 'list!',
  });
  const { name } = taggedTable(engine, input.ResourceArn).definition;
  engine.catalog.update(name, (definition) => {
    const left = Object.entries(definition.tags).filter(([key]) => !input.TagKeys.includes(key));
    return { ...definition, tags: Object.fromEntries(left) };
  });
  return '{}';
};
