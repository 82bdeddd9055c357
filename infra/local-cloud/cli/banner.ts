import type { LocalCloud } from '../start-local-cloud.ts';
import type { Table } from '../template/resource-schemas.ts';
import type { Resources } from '../template/resources.ts';

type Facts = { region: string; secretAccessKey: string; folder: string; host: string; ms: number };

const list = (title: string, lines: readonly string[]): string[] =>
  lines.length > 0 ? [`${title} (${lines.length})`, ...lines.map((line) => `  ${line}`), ''] : [];

/** What runs and what was made, for the person who started it. */
export const describeLocalCloud = ({ urls, resources }: LocalCloud, facts: Facts): string => {
  const { region, secretAccessKey, folder, host, ms } = facts;
  const notifications = resources.buckets.flatMap(({ BucketName, NotificationConfiguration }) =>
    NotificationConfiguration.QueueConfigurations.map(
      ({ Event, Queue }) => `${BucketName} ${Event} → ${Queue.split(':').at(-1)}`,
    ),
  );
  return [
    `Ready after ${Math.round(ms)} ms. Stored in ${folder}.`,
    ...(isLoopback(host) ? [] : [openNotice(host)]),
    '',
    `export AWS_ENDPOINT_URL_S3=${urls.s3}`,
    `export AWS_ENDPOINT_URL_SQS=${urls.sqs}`,
    `export AWS_ENDPOINT_URL_DYNAMODB=${urls.dynamodb}`,
    `export AWS_ENDPOINT_URL_DYNAMODB_STREAMS=${urls.dynamodb}`,
    `export AWS_REGION=${region} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
    '',
    ...list(
      'Buckets',
      resources.buckets.map(({ BucketName }) => BucketName),
    ),
    ...list(
      'Queues',
      resources.queues.map(({ QueueName }) => QueueName),
    ),
    ...list('Tables', resources.tables.map(describeTable)),
    ...list('Notifications', notifications),
    ...list('Ignored', describeIgnored(resources.ignored)),
    'Ctrl-C stops everything.',
  ].join('\n');
};

const maxNamesPerType = 3;

/** A line per type. A packaged template has hundreds of log groups, methods and permissions. */
const describeIgnored = (ignored: Resources['ignored']): string[] =>
  Object.entries(Object.groupBy(ignored, ({ type }) => type)).map(([type, found = []]) => {
    const names = found.slice(0, maxNamesPerType).map(({ logicalId }) => logicalId);
    const more = found.length - names.length;
    return `${type}: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  });

const describeTable = (table: Table): string => {
  const indexes = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
  const more = [
    ...(indexes.length > 0 ? [`indexes ${indexes.map((one) => one.IndexName).join(', ')}`] : []),
    ...(table.TimeToLiveSpecification?.Enabled
      ? [`time to live ${table.TimeToLiveSpecification.AttributeName}`]
      : []),
    ...(table.StreamSpecification?.StreamViewType
      ? [`stream ${table.StreamSpecification.StreamViewType}`]
      : []),
  ];
  return [table.TableName, ...more].join(' · ');
};

export const isLoopback = (host: string): boolean =>
  ['127.0.0.1', 'localhost', '::1'].includes(host);

const openNotice = (host: string): string =>
  `Listening on ${host}: any client on the network may use SQS and DynamoDB.`;
