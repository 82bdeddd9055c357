import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createConnection } from 'node:net';
import { join } from 'node:path';
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { anyPorts, newProject, runCommand, startCommand } from './run-command.ts';

const template = `
Parameters:
  Stage: { Type: String, Default: dev }
Resources:
  Uploads:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "uploads-\${Stage}"
      NotificationConfiguration:
        QueueConfigurations: [{ Event: "s3:ObjectCreated:*", Queue: !GetAtt Work.Arn }]
  Work:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: work
      RedrivePolicy: { deadLetterTargetArn: !GetAtt DeadLetters.Arn, maxReceiveCount: 8 }
  DeadLetters: { Type: AWS::SQS::Queue, Properties: { QueueName: work-dlq } }
  Things:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: things
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - { AttributeName: id, AttributeType: S }
        - { AttributeName: at, AttributeType: N }
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      GlobalSecondaryIndexes:
        - IndexName: by-time
          KeySchema: [{ AttributeName: at, KeyType: HASH }]
          Projection: { ProjectionType: KEYS_ONLY }
      StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
      TimeToLiveSpecification: { AttributeName: expires, Enabled: true }
  Resize: { Type: AWS::Lambda::Function }
`;

type Urls = Awaited<ReturnType<typeof startCommand>>['urls'];

/** The SDK's clients with the region and the credentials that the command has said. */
const connect = (urls: Urls) => {
  const config = {
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  const s3 = new S3Client({ ...config, endpoint: urls.s3, forcePathStyle: true });
  const sqs = new SQSClient({ ...config, endpoint: urls.sqs });
  const dynamodb = new DynamoDBClient({ ...config, endpoint: urls.dynamodb });
  onTestFinished(() => {
    for (const client of [s3, sqs, dynamodb]) client.destroy();
  });
  return { s3, sqs, dynamodb };
};

const isOpen = (url: string) =>
  new Promise<boolean>((resolve) => {
    const socket = createConnection(Number(new URL(url).port), '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

describe('local-cloud', () => {
  it('starts with the resources of a template, and says what it made and what it ignored', async () => {
    const { banner, urls } = await startCommand(newProject(template));

    const { sqs, dynamodb } = connect(urls);
    for (const line of ['uploads-dev', 'uploads-dev s3:ObjectCreated:* → work', 'work-dlq'])
      expect(banner).toContain(`\n  ${line}\n`);
    expect(banner).toContain(
      '\n  things · indexes by-time · time to live expires · stream NEW_AND',
    );
    expect(banner).toContain('\n  AWS::Lambda::Function: Resize\n');
    const QueueUrl = `${urls.sqs}/000000000000/work`;
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] }),
    );
    expect(Attributes?.['RedrivePolicy']).toContain('work-dlq');
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: 'things' }));
    expect(Table).toMatchObject({
      GlobalSecondaryIndexes: [{ IndexName: 'by-time' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
    const { TimeToLiveDescription } = await dynamodb.send(
      new DescribeTimeToLiveCommand({ TableName: 'things' }),
    );
    expect(TimeToLiveDescription).toMatchObject({ TimeToLiveStatus: 'ENABLED' });
  });

  it('notifies the queue of an object, as S3 does', async () => {
    const { urls } = await startCommand(newProject(template));
    const { s3, sqs } = connect(urls);

    await s3.send(new PutObjectCommand({ Bucket: 'uploads-dev', Key: 'a b.txt', Body: 'hello' }));

    const QueueUrl = `${urls.sqs}/000000000000/work`;
    const { Messages: [message] = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 }),
    );
    expect(JSON.parse(message?.Body ?? '{}')).toMatchObject({
      Records: [
        {
          eventName: 'ObjectCreated:Put',
          s3: { bucket: { name: 'uploads-dev' }, object: { key: 'a+b.txt', size: 5 } },
        },
      ],
    });
  });

  it('has all resources and data after SIGKILL and a restart', async () => {
    const project = newProject(template);
    const first = await startCommand(project, [...anyPorts, '--data', 'stored/here']);
    const before = connect(first.urls);
    await before.s3.send(
      new PutObjectCommand({ Bucket: 'uploads-dev', Key: 'kept', Body: 'hello' }),
    );
    const Item = { id: { S: 'kept' }, at: { N: '7' } };
    await before.dynamodb.send(new PutItemCommand({ TableName: 'things', Item }));
    await first.end('SIGKILL');
    await vi.waitFor(async () => expect(await isOpen(first.urls.sqs)).toBe(false), 10_000);

    const second = await startCommand(project, [...anyPorts, '--data', 'stored/here']);

    const { s3, sqs, dynamodb } = connect(second.urls);
    expect(existsSync(join(project, 'stored/here'))).toBe(true);
    const object = await s3.send(new GetObjectCommand({ Bucket: 'uploads-dev', Key: 'kept' }));
    expect(await object.Body?.transformToString()).toBe('hello');
    const stored = await dynamodb.send(
      new GetItemCommand({ TableName: 'things', Key: { id: { S: 'kept' } } }),
    );
    expect(stored.Item).toEqual(Item);
    const QueueUrl = `${second.urls.sqs}/000000000000/work`;
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 }),
    );
    expect(Messages).toHaveLength(1);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'stops on %s with code 0 and no output',
    async (signal) => {
      const { urls, end } = await startCommand(newProject(template));

      expect(await end(signal)).toEqual({ code: 0, complaints: '' });

      for (const url of Object.values(urls)) expect(await isOpen(url)).toBe(false);
    },
  );

  it('takes values of template parameters', async () => {
    const args = [...anyPorts, '--parameter', 'Stage=prod', '--stack-name', 'gallery'];

    const { banner } = await startCommand(newProject(template), args);

    expect(banner).toContain('\n  uploads-prod\n');
  });

  it('warns that other machines have access when it listens on more than localhost', async () => {
    const { banner } = await startCommand(newProject(template), [...anyPorts, '--host', '0.0.0.0']);

    expect(banner).toContain('Listening on 0.0.0.0: any client on the network may use SQS');
  });

  it('says which port is taken and how to choose another, and leaves nothing running', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const args = ['--s3-port', String(port), '--sqs-port', '0', '--dynamodb-port', '0'];

    const { code, stderr } = await runCommand(newProject(template), ['template.yml', ...args]);

    expect(stderr).toBe(
      `Port ${port} is taken, and s3 was to listen there. Choose another by --s3-port.\n`,
    );
    expect(code).toBe(1);
  });

  it('says that the data folder is in use', async () => {
    const project = newProject(template);
    await startCommand(project);

    const { code, stderr } = await runCommand(project, ['template.yml', ...anyPorts]);

    expect(stderr).toBe(
      'Another process uses the data folder: stop it, or choose another folder by --data.\n',
    );
    expect(code).toBe(1);
  });

  it('says that a table was stored with another definition', async () => {
    const project = newProject(template);
    const { end } = await startCommand(project);
    await end('SIGTERM');
    const changed = newProject(template.replaceAll('by-time', 'by-date'));

    const data = join(project, '.local-cloud');
    const ran = await runCommand(changed, ['template.yml', ...anyPorts, '--data', data]);

    expect(ran.stderr).toMatch(
      /^The table things is stored .* its index by-time is gone, its index by-date is new\..*\n$/,
    );
    expect(ran.code).toBe(2);
  });

  it('prints its usage for --help', async () => {
    const { code, stdout } = await runCommand(newProject(template), ['--help']);

    for (const option of ['--data', '--s3-port', '--sqs-port', '--dynamodb-port', '--host'])
      expect(stdout).toContain(`  ${option} `);
    expect(code).toBe(0);
  });

  it.each([
    [[], 'Name the template: local-cloud template.yml (see --help).'],
    [['template.yml', 'other.yml'], 'One template at a time, not also other.yml.'],
    [['none.yml'], 'none.yml: There is no such file.'],
    [
      ['template.yml', '--s3-port', '70000'],
      '--s3-port takes a number from 0 to 65535, not 70000.',
    ],
    [['template.yml', '--sqs-port', 'x'], '--sqs-port takes a number from 0 to 65535, not x.'],
    [['template.yml', '--color'], "Unknown option '--color' (--help lists the options)."],
    [['template.yml', '--parameter', 'x'], '--parameter takes NAME=VALUE, not x.'],
    [['template.yml', '--parameter', 'X=1'], 'The template has no parameter X.'],
    [
      ['template.yml', '--stack-name', '1 2'],
      '--stack-name takes letters, digits and hyphens, and begins with a letter.',
    ],
  ])('answers %j with one sentence and code 2', async (args, sentence) => {
    const { code, stdout, stderr } = await runCommand(newProject(template), args);

    expect(stderr).toBe(`${sentence}\n`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
