import { z } from 'zod';
import { openResolver, type Resolver } from './resolver.ts';
import { servedTypes } from './resource-attributes.ts';
import { Bucket, Queue, Table } from './resource-schemas.ts';
import { type Environment, type Template, TemplateError } from './template.ts';

export type Resources = {
  buckets: Bucket[];
  queues: Queue[];
  tables: Table[];
  /** What of the template has no meaning here, each with its type. */
  ignored: { logicalId: string; type: string }[];
};

// Nothing else of a resource is looked at: a key or a role that it names is not there to be resolved.
const bucketProperties = ['BucketName', 'CorsConfiguration', 'NotificationConfiguration'];
const tableProperties = Object.keys(Table.shape);
const otherDestinations = [
  'LambdaConfigurations',
  'TopicConfigurations',
  'EventBridgeConfiguration',
];

/**
 * Every bucket, queue and table of the template with its final name and values. Throws TemplateError
 * with one sentence where one of them cannot be made.
 */
export const readResources = (template: Template, environment: Environment): Resources => {
  const resolver = openResolver(template, environment);
  const resources: Resources = { buckets: [], queues: [], tables: [], ignored: [] };
  const logicalIds = new Map<string, string>();

  for (const [logicalId, { Type, Condition, Properties }] of Object.entries(template.Resources)) {
    if (Condition !== undefined && !resolver.isTrue(Condition)) continue;
    const ignore = (type: string) => resources.ignored.push({ logicalId, type });
    const reader = { logicalId, properties: Properties, resolver };
    if (Type === servedTypes.queue) resources.queues.push(readQueue(reader));
    else if (Type === servedTypes.table) resources.tables.push(readTable(reader));
    else if (Type === servedTypes.bucket) {
      resources.buckets.push(readBucket(reader));
      const { NotificationConfiguration: notifications } = Properties;
      for (const name of otherDestinations)
        if (typeof notifications === 'object' && notifications && name in notifications)
          ignore(`${Type} ${name}`);
    } else ignore(Type);
    if (!Object.values<string>(servedTypes).includes(Type)) continue;
    const name = `${Type} ${resolver.getName(logicalId)}`;
    const other = logicalIds.get(name);
    if (other) throw new TemplateError(`${other} and ${logicalId} have the same name (${name}).`);
    logicalIds.set(name, logicalId);
  }
  checkNotifications(resources, environment);
  return resources;
};

/** S3 takes no notification to a queue that is not there, either. */
const checkNotifications = (
  { buckets, queues }: Resources,
  { region, accountId }: Environment,
): void => {
  const arns = new Set(
    queues.map(({ QueueName }) => `arn:aws:sqs:${region}:${accountId}:${QueueName}`),
  );
  for (const { BucketName, NotificationConfiguration } of buckets)
    for (const { Queue: arn } of NotificationConfiguration.QueueConfigurations)
      if (!arns.has(arn))
        throw new TemplateError(
          `The bucket ${BucketName} notifies ${arn}, which is no queue of the template.`,
        );
};

type Reader = { logicalId: string; properties: Record<string, unknown>; resolver: Resolver };

const pick = ({ properties, resolver }: Reader, names: readonly string[]) =>
  Object.fromEntries(
    names
      .filter((name) => name in properties)
      .map((name) => [name, resolver.resolve(properties[name])]),
  );

const parse = <Schema extends z.ZodType>(schema: Schema, value: unknown, { logicalId }: Reader) => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TemplateError(
    `${logicalId} cannot be made: ${z.core.toDotPath(issue?.path ?? [])}: ${issue?.message}.`,
  );
};

const readBucket = (reader: Reader): Bucket => {
  const { properties, logicalId, resolver } = reader;
  const BucketName = resolver.getName(logicalId);
  const given = z.looseObject({}).safeParse(properties['NotificationConfiguration']).data ?? {};
  const isFunction = Object.keys(given).some((key) => key.startsWith('Fn::'));
  // Not the functions and topics that it notifies as well: they are not there to be resolved.
  const NotificationConfiguration = isFunction
    ? given
    : { QueueConfigurations: given['QueueConfigurations'] ?? [] };
  const picked = pick(
    { ...reader, properties: { ...properties, NotificationConfiguration } },
    bucketProperties,
  );
  return parse(Bucket, { ...picked, BucketName }, reader);
};

const readTable = (reader: Reader): Table => {
  const TableName = reader.resolver.getName(reader.logicalId);
  return parse(Table, { ...pick(reader, tableProperties), TableName }, reader);
};

const readQueue = (reader: Reader): Queue => {
  const { logicalId, properties, resolver } = reader;
  const QueueName = resolver.getName(logicalId);
  if (QueueName.endsWith('.fifo') || String(properties['FifoQueue']) === 'true')
    throw new TemplateError(
      `${logicalId} is a FIFO queue, and the local cloud has standard queues only.`,
    );
  const { QueueName: _, Tags: tags, KmsMasterKeyId: __, FifoQueue: ___, ...others } = properties;
  const attributes = pick({ ...reader, properties: others }, Object.keys(others));
  return parse(Queue, { QueueName, attributes, tags: resolver.resolve(tags) }, reader);
};
