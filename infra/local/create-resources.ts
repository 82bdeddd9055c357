import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  SetQueueAttributesCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import { type Queue, type Resources, Table } from './resources.ts';

/** A table is kept with another definition than the template now has. */
export class TableChangedError extends Error {
  override readonly name = 'TableChanged';
}

/**
 * Makes what is missing; a second call changes nothing. Queues take over changed attributes; a
 * table with another definition than before is not touched: throws TableChanged.
 */
export const createTables = async (
  { tables }: Pick<Resources, 'tables'>,
  config: DynamoDBClientConfig,
): Promise<void> => {
  const dynamodb = new DynamoDBClient(config);
  await Promise.all(tables.map((table) => createTable(dynamodb, table)));
  dynamodb.destroy();
};

const createTable = async (dynamodb: DynamoDBClient, table: Table): Promise<void> => {
  const { TableName, TimeToLiveSpecification, ...definition } = table;
  try {
    await dynamodb.send(
      new CreateTableCommand({ TableName, ...definition, BillingMode: 'PAY_PER_REQUEST' }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }

  const kept = await activeTable(dynamodb, TableName);
  const changes = changesBetween(kept, table);
  if (changes.length > 0) throw new TableChangedError(complaintAbout(TableName, changes));

  if (!TimeToLiveSpecification) return;
  const { TimeToLiveDescription: now } = await dynamodb.send(
    new DescribeTimeToLiveCommand({ TableName }),
  );
  const isEnabled = now?.TimeToLiveStatus === 'ENABLED';
  if (isEnabled === TimeToLiveSpecification.Enabled) return;
  await dynamodb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
};

const activeTable = async (dynamodb: DynamoDBClient, TableName: string): Promise<Table> => {
  for (;;) {
    const { Table: description } = await dynamodb.send(new DescribeTableCommand({ TableName }));
    if (description?.TableStatus === 'ACTIVE') return Table.parse(description);
    await wait(10);
  }
};

const changesBetween = (kept: Table, wanted: Table): string[] => {
  const changes: string[] = [];
  const objectKeys = ({ KeySchema, AttributeDefinitions }: Pick<Table, 'KeySchema'> & Table) =>
    KeySchema.map(({ AttributeName, KeyType }) => ({
      AttributeName,
      KeyType,
      type: AttributeDefinitions.find((one) => one.AttributeName === AttributeName)?.AttributeType,
    }));
  if (!isDeepStrictEqual(objectKeys(kept), objectKeys(wanted))) changes.push('its key is another');

  for (const kind of ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes'] as const) {
    const before = new Map(kept[kind]?.map((index) => [index.IndexName, index]));
    const after = new Map(wanted[kind]?.map((index) => [index.IndexName, index]));
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      const [old, now] = [before.get(name), after.get(name)];
      const facts = (index: typeof old) =>
        index && {
          keys: objectKeys({ ...(index === old ? kept : wanted), KeySchema: index.KeySchema }),
          shows: index.Projection.ProjectionType,
          also: [...(index.Projection.NonKeyAttributes ?? [])].sort(),
        };
      if (!old) changes.push(`its index ${name} is new`);
      else if (!now) changes.push(`its index ${name} is gone`);
      else if (!isDeepStrictEqual(facts(old), facts(now)))
        changes.push(`its index ${name} is another`);
    }
  }
  return changes;
};

const complaintAbout = (name: string, changes: string[]): string =>
  `The table ${name} was kept from an earlier start, and the template has changed since: ` +
  `${changes.join(', ')}. Forget the kept data by npm start -- --fresh, or keep it by choosing ` +
  'another DATA_DIR for the new definition.';

/** Makes what is missing, and gives the queues that exist the attributes they should have now. */
export const createQueues = async (
  { queues }: Pick<Resources, 'queues'>,
  config: SQSClientConfig,
  /** Seconds, instead of what the template says. */
  visibilityTimeout?: number,
): Promise<void> => {
  const sqs = new SQSClient({ ...config, useQueueUrlAsEndpoint: false });
  // Dead-letter queues first: a RedrivePolicy may only name a queue that is there.
  const isSource = ({ attributes }: Queue) => 'RedrivePolicy' in attributes;
  const createAll = (chosen: Queue[]) =>
    Promise.all(chosen.map((queue) => createQueue(sqs, queue, visibilityTimeout)));
  await createAll(queues.filter((queue) => !isSource(queue)));
  await createAll(queues.filter(isSource));
  sqs.destroy();
};

const createQueue = async (
  sqs: SQSClient,
  { QueueName, attributes }: Queue,
  visibilityTimeout: number | undefined,
): Promise<void> => {
  const isShorter = visibilityTimeout !== undefined && 'VisibilityTimeout' in attributes;
  const Attributes = {
    ...attributes,
    ...(isShorter && { VisibilityTimeout: String(visibilityTimeout) }),
  };
  try {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  } catch (error) {
    if (!(error instanceof QueueDoesNotExist)) throw error;
    await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  }
};
