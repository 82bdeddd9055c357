import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { AwsError, type CallAws } from './call-aws.ts';
import { Table } from './resource-schemas.ts';
import { TemplateError } from './template.ts';

/** A table is stored with another definition than the template now has. */
export class TableChangedError extends TemplateError {
  override readonly name = 'TableChangedError';
}

const target = (operation: string) => `DynamoDB_20120810.${operation}`;
const Description = z.object({
  Table: Table.omit({ StreamSpecification: true, TimeToLiveSpecification: true }).extend({
    TableStatus: z.string(),
    StreamSpecification: z
      .object({ StreamEnabled: z.boolean(), StreamViewType: z.string().optional() })
      .optional(),
  }),
});
type Description = z.infer<typeof Description>['Table'];
const TimeToLive = z.object({ TimeToLiveDescription: z.object({ TimeToLiveStatus: z.string() }) });

const pollMs = 10;

/**
 * Makes what is missing; a second call changes nothing. A table with another definition than before
 * is not touched: throws TableChangedError.
 */
export const createTables = async (tables: readonly Table[], call: CallAws): Promise<void> => {
  await Promise.all(tables.map((table) => createTable(table, call)));
};

const createTable = async (table: Table, call: CallAws): Promise<void> => {
  const { TableName, TimeToLiveSpecification, StreamSpecification, ...definition } = table;
  const stream = StreamSpecification?.StreamViewType && {
    StreamSpecification: { StreamEnabled: true, ...StreamSpecification },
  };
  const input = { TableName, ...definition, ...stream, BillingMode: 'PAY_PER_REQUEST' };
  try {
    await call(target('CreateTable'), input);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ResourceInUseException') throw error;
  }

  const changes = listChanges(await waitUntilActive(TableName, call), table);
  if (changes.length > 0)
    throw new TableChangedError(
      `The table ${TableName} is stored from an earlier start, and the template has changed since: ` +
        `${changes.join(', ')}. Delete the stored data, or choose another folder for it.`,
    );

  if (!TimeToLiveSpecification) return;
  const { TimeToLiveDescription: now } = TimeToLive.parse(
    await call(target('DescribeTimeToLive'), { TableName }),
  );
  const isEnabled = now.TimeToLiveStatus === 'ENABLED';
  if (isEnabled === TimeToLiveSpecification.Enabled) return;
  await call(target('UpdateTimeToLive'), { TableName, TimeToLiveSpecification });
};

const waitUntilActive = async (TableName: string, call: CallAws): Promise<Description> => {
  for (;;) {
    const { Table: stored } = Description.parse(await call(target('DescribeTable'), { TableName }));
    if (stored.TableStatus === 'ACTIVE') return stored;
    await setTimeout(pollMs);
  }
};

const listChanges = (stored: Description, wanted: Table): string[] => {
  const changes: string[] = [];
  if (!isDeepStrictEqual(describeKeys(stored, stored), describeKeys(wanted, wanted)))
    changes.push('its key is another');
  const views = [stored, wanted].map((table) => table.StreamSpecification?.StreamViewType);
  if (views[0] !== views[1]) changes.push('its stream is another');

  for (const kind of ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes'] as const) {
    const before = new Map(stored[kind]?.map((index) => [index.IndexName, index]));
    const after = new Map(wanted[kind]?.map((index) => [index.IndexName, index]));
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      const [old, now] = [before.get(name), after.get(name)];
      if (!old) changes.push(`its index ${name} is new`);
      else if (!now) changes.push(`its index ${name} is gone`);
      else if (!isDeepStrictEqual(describeIndex(old, stored), describeIndex(now, wanted)))
        changes.push(`its index ${name} is another`);
    }
  }
  return changes;
};

type Index = NonNullable<Table['GlobalSecondaryIndexes']>[number];
type Definitions = Pick<Table, 'AttributeDefinitions'>;

const describeKeys = (
  { KeySchema }: Pick<Table, 'KeySchema'>,
  { AttributeDefinitions }: Definitions,
) =>
  KeySchema.map(({ AttributeName, KeyType }) => ({
    AttributeName,
    KeyType,
    type: AttributeDefinitions.find((one) => one.AttributeName === AttributeName)?.AttributeType,
  }));

const describeIndex = (index: Index, table: Definitions) => ({
  keys: describeKeys(index, table),
  projection: index.Projection.ProjectionType,
  attributes: [...(index.Projection.NonKeyAttributes ?? [])].sort(),
});
