import type { Engine } from '../engine.ts';
import type { Table } from '../storage/catalog.ts';
import { getSqlIndex, getSqlTable } from '../storage/item-store.ts';
import type { IndexDefinition, KeySchema, TableDefinition } from '../storage/table-definition.ts';

type Place = Pick<Engine, 'region' | 'accountId'>;

export const tableArn = ({ region, accountId }: Place, tableName: string): string =>
  `arn:aws:dynamodb:${region}:${accountId}:table/${tableName}`;

export const streamArn = (place: Place, tableName: string, label: string): string =>
  `${tableArn(place, tableName)}/stream/${label}`;

export const describeKey = ({ hash, range }: KeySchema): object[] => [
  { AttributeName: hash.name, KeyType: 'HASH' },
  ...(range ? [{ AttributeName: range.name, KeyType: 'RANGE' }] : []),
];

/** A table as DescribeTable shows it; `status` is the table's while a request changes it. */
export const describeTable = (engine: Engine, table: Table, status = 'ACTIVE'): object => {
  const { definition, stream } = table;
  const { name } = definition;
  const describe = (index: IndexDefinition) => describeIndex(engine, definition, index, status);
  const global = definition.indexes.filter(({ isGlobal }) => isGlobal).map(describe);
  const local = definition.indexes.filter(({ isGlobal }) => !isGlobal).map(describe);
  const { count, bytes } = measureTable(engine, definition);
  return {
    TableName: name,
    TableArn: tableArn(engine, name),
    TableId: definition.tableId,
    TableStatus: status,
    CreationDateTime: definition.createdAt / 1000,
    AttributeDefinitions: definition.attributes.map((attribute) => ({
      AttributeName: attribute.name,
      AttributeType: attribute.type,
    })),
    KeySchema: describeKey(definition.key),
    ItemCount: count,
    TableSizeBytes: bytes,
    ProvisionedThroughput: describeThroughput(definition),
    ...(definition.billingMode === 'PAY_PER_REQUEST' && {
      BillingModeSummary: {
        BillingMode: definition.billingMode,
        LastUpdateToPayPerRequestDateTime: definition.createdAt / 1000,
      },
    }),
    DeletionProtectionEnabled: definition.isDeletionProtected,
    ...(definition.isEncrypted && { SSEDescription: { Status: 'ENABLED', SSEType: 'KMS' } }),
    ...(global.length > 0 && { GlobalSecondaryIndexes: global }),
    ...(local.length > 0 && { LocalSecondaryIndexes: local }),
    ...(stream && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: stream.definition.viewType },
      LatestStreamLabel: stream.definition.label,
      LatestStreamArn: streamArn(engine, name, stream.definition.label),
    }),
  };
};

const describeThroughput = ({ throughput }: TableDefinition) => ({
  NumberOfDecreasesToday: 0,
  ...throughput,
});

const describeIndex = (
  engine: Engine,
  definition: TableDefinition,
  index: IndexDefinition,
  status: string,
): object => {
  const { name, key, projection, isGlobal } = index;
  const [row] = engine.database
    .prepare(
      `SELECT count(*) FROM ${getSqlTable(definition)} INDEXED BY ${getSqlIndex(definition, index)}
        WHERE hash_${index.slot} IS NOT NULL`,
    )
    .all() as unknown as [[number]];
  return {
    IndexName: name,
    IndexArn: `${tableArn(engine, definition.name)}/index/${name}`,
    KeySchema: describeKey(key),
    Projection: {
      ProjectionType: projection.type,
      ...(projection.type === 'INCLUDE' && { NonKeyAttributes: projection.attributes }),
    },
    ItemCount: row[0],
    IndexSizeBytes: 0,
    ...(isGlobal && {
      IndexStatus: status,
      ProvisionedThroughput: describeThroughput(definition),
    }),
  };
};

const maxMeasuredItems = 10_000;

/** The bytes are exact for a small table; for a large one, extrapolated from its first items. */
const measureTable = ({ database }: Engine, definition: TableDefinition) => {
  const table = getSqlTable(definition);
  const first = (sql: string) => (database.prepare(sql).get() as unknown as [number])[0];
  const count = first(`SELECT count(*) FROM ${table}`);
  const measured = first(
    `SELECT total(size) FROM (SELECT size FROM ${table} LIMIT ${maxMeasuredItems})`,
  );
  return { count, bytes: Math.round(measured * Math.max(1, count / maxMeasuredItems)) };
};
