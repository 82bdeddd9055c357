import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, describe, expect, it } from 'vitest';
import { createQueues, createTables, TableChangedError } from '#infra/local/create-resources.ts';
import { startDynamodb } from '#infra/local/emulators/dynamodb.ts';
import { startSqs } from '#infra/local/emulators/sqs.ts';
import { notificationTargets, readResources } from '#infra/local/resources.ts';
import { Template } from '#infra/local/template.ts';

const sqs = await startSqs({ port: 0 });
const dynamodb = await startDynamodb({ port: 0 });
afterAll(() => Promise.all([sqs.stop(), dynamodb.stop()]));

const place = { region: 'us-east-1', stackName: 'darkroom-dev', sqsUrl: sqs.url };
const client = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'darkroom', secretAccessKey: 'darkroom-secret' },
};
const read = (resources: Record<string, { Type: string; Properties: object }>) =>
  readResources(Template.parse({ Resources: resources }), place);

const aTable = (TableName: string, more: object = {}) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    ...more,
  },
});
const withIndex = {
  AttributeDefinitions: ['id', 'partition', 'place'].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S',
  })),
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-shelf',
      KeySchema: [
        { AttributeName: 'partition', KeyType: 'HASH' },
        { AttributeName: 'place', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
};

describe('the queues of the template', () => {
  const work = {
    Work: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: 'work',
        VisibilityTimeout: 180,
        SqsManagedSseEnabled: true,
        RedrivePolicy: {
          deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] },
          maxReceiveCount: 8,
        },
      },
    },
    Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
  };
  const attributesOf = async (name: string) => {
    const QueueUrl = `${sqs.url}/000000000000/${name}`;
    const ask = new SQSClient({ ...client, endpoint: sqs.url, useQueueUrlAsEndpoint: false });
    const answer = await ask.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    return answer.Attributes ?? {};
  };

  it('are made with all of their attributes, dead-letter queue included', async () => {
    await createQueues(read(work), { ...client, endpoint: sqs.url });

    const { VisibilityTimeout, RedrivePolicy = '' } = await attributesOf('work');
    expect(VisibilityTimeout).toBe('180');
    expect(JSON.parse(RedrivePolicy)).toEqual({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
      maxReceiveCount: 8,
    });
  });

  it('take over a shorter visibility timeout although they exist, and give it up again', async () => {
    await createQueues(read(work), { ...client, endpoint: sqs.url }, 5);
    expect((await attributesOf('work'))['VisibilityTimeout']).toBe('5');

    await createQueues(read(work), { ...client, endpoint: sqs.url });
    expect((await attributesOf('work'))['VisibilityTimeout']).toBe('180');
  });
});

describe('the tables of the template', () => {
  const config = { ...client, endpoint: dynamodb.url };

  it('are made with their indexes and the attribute by which items expire', async () => {
    const TimeToLiveSpecification = { AttributeName: 'expires', Enabled: true };
    const tables = read({ T: aTable('shelved', { ...withIndex, TimeToLiveSpecification }) });

    await createTables(tables, config);
    await createTables(tables, config); // a second start

    const ask = new DynamoDBClient(config);
    const { Table } = await ask.send(new DescribeTableCommand({ TableName: 'shelved' }));
    expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(['by-shelf']);
    const ttl = await ask.send(new DescribeTimeToLiveCommand({ TableName: 'shelved' }));
    expect(ttl.TimeToLiveDescription).toMatchObject({
      AttributeName: 'expires',
      TimeToLiveStatus: 'ENABLED',
    });
  });

  it('are not touched when their definition has changed, and the change is named', async () => {
    await createTables(read({ T: aTable('changed') }), config);

    const again = createTables(read({ T: aTable('changed', withIndex) }), config);

    await expect(again).rejects.toThrow(TableChangedError);
    await expect(again).rejects.toThrow(/table changed .*its index by-shelf is new.*--fresh/);
  });

  it('are changed, too, when the type of a key is another', async () => {
    await createTables(read({ T: aTable('typed') }), config);
    const AttributeDefinitions = [{ AttributeName: 'id', AttributeType: 'N' }];

    const again = createTables(read({ T: aTable('typed', { AttributeDefinitions }) }), config);

    await expect(again).rejects.toThrow('its key is another');
  });
});

describe('the news that a bucket sends', () => {
  const [bucket] = read({
    Work: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'work' } },
    Pictures: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'pictures',
        NotificationConfiguration: {
          QueueConfigurations: [
            {
              Event: 's3:ObjectCreated:*',
              Queue: { 'Fn::GetAtt': ['Work', 'Arn'] },
              Filter: { S3Key: { Rules: [{ Name: 'Prefix', Value: 'in/' }] } },
            },
          ],
        },
      },
    },
  }).buckets;
  const listeners = (name: string, key: string) =>
    bucket ? notificationTargets(bucket, { name, key }, place) : undefined;

  it('goes to the queue whose event and prefix fit', () => {
    expect(listeners('ObjectCreated:Put', 'in/a.jpg')).toEqual([`${sqs.url}/000000000000/work`]);
  });

  it('goes nowhere for another prefix or another event', () => {
    expect(listeners('ObjectCreated:Put', 'out/a.jpg')).toEqual([]);
    expect(listeners('ObjectRemoved:Delete', 'in/a.jpg')).toEqual([]);
  });
});

it('says which resource it cannot make, and why', () => {
  const functionOnly = { NotificationConfiguration: { LambdaConfigurations: [] } };

  expect(() => read({ B: { Type: 'AWS::S3::Bucket', Properties: functionOnly } })).toThrow(
    /cannot make B:[\s\S]*LambdaConfigurations/,
  );
});
