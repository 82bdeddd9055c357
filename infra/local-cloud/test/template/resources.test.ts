import { describe, expect, it } from 'vitest';
import { findNotifiedQueues } from '../../template/notifications.ts';
import { parseTemplate } from '../../template/read-template.ts';
import { readResources } from '../../template/resources.ts';
import { TemplateError } from '../../template/template.ts';

const read = (text: string, parameters: Record<string, string> = {}) =>
  readResources(parseTemplate(text, 'template.yml'), {
    region: 'eu-north-1',
    accountId: '123456789012',
    stackName: 'gallery',
    sqsUrl: 'http://127.0.0.1:4576',
    parameters,
  });

const pipeline = `
Parameters:
  Extra: { Type: String, Default: "no" }
Conditions:
  HasExtra: !Equals [!Ref Extra, "yes"]
Resources:
  Uploads:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: uploads
      BucketEncryption:
        ServerSideEncryptionConfiguration: [{ KMSMasterKeyID: !GetAtt Key.Arn }]
      CorsConfiguration:
        CorsRules: [{ AllowedOrigins: ["*"], AllowedMethods: [GET], MaxAge: 60 }]
      NotificationConfiguration:
        LambdaConfigurations: [{ Event: s3:ObjectRemoved:*, Function: !GetAtt Resize.Arn }]
        QueueConfigurations:
          - Event: s3:ObjectCreated:*
            Queue: !GetAtt Work.Arn
            Filter: { S3Key: { Rules: [{ Name: Prefix, Value: in/ }, { Name: suffix, Value: .jpg }] } }
          - Event: s3:ObjectRemoved:Delete
            Queue: !GetAtt DeadLetters.Arn
  Work:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: work
      VisibilityTimeout: 180
      SqsManagedSseEnabled: true
      KmsMasterKeyId: !Ref Key
      RedrivePolicy: { deadLetterTargetArn: !GetAtt DeadLetters.Arn, maxReceiveCount: 8 }
      Tags: [{ Key: team, Value: images }]
  DeadLetters: { Type: AWS::SQS::Queue }
  ExtraQueue: { Type: AWS::SQS::Queue, Condition: HasExtra }
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
      SSESpecification: { SSEEnabled: true, KMSMasterKeyId: !Ref Key }
  Key: { Type: AWS::KMS::Key }
  Resize: { Type: AWS::Lambda::Function }
`;

describe('the resources of a template', () => {
  it('have their resolved names and values, and nothing that is absent is requested', () => {
    const { buckets, queues, tables } = read(pipeline);

    expect(buckets).toMatchObject([
      { BucketName: 'uploads', CorsConfiguration: { CorsRules: [{ MaxAge: 60 }] } },
    ]);
    expect(queues).toEqual([
      {
        QueueName: 'work',
        attributes: {
          VisibilityTimeout: '180',
          SqsManagedSseEnabled: 'true',
          RedrivePolicy:
            '{"deadLetterTargetArn":"arn:aws:sqs:eu-north-1:123456789012:gallery-DeadLetters","maxReceiveCount":8}',
        },
        tags: { team: 'images' },
      },
      { QueueName: 'gallery-DeadLetters', attributes: {}, tags: {} },
    ]);
    expect(tables).toMatchObject([
      {
        TableName: 'things',
        GlobalSecondaryIndexes: [{ IndexName: 'by-time' }],
        StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
        TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      },
    ]);
  });

  it('exist only if their condition holds', () => {
    const names = (parameters: Record<string, string>) =>
      read(pipeline, parameters).queues.map(({ QueueName }) => QueueName);

    expect(names({})).not.toContain('gallery-ExtraQueue');
    expect(names({ Extra: 'yes' })).toContain('gallery-ExtraQueue');
  });

  it('are listed as ignored where the local cloud does not support them', () => {
    expect(read(pipeline).ignored).toEqual([
      { logicalId: 'Uploads', type: 'AWS::S3::Bucket LambdaConfigurations' },
      { logicalId: 'Key', type: 'AWS::KMS::Key' },
      { logicalId: 'Resize', type: 'AWS::Lambda::Function' },
    ]);
  });

  it.each([
    [
      'Resources: {Jobs: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}}',
      'Jobs is a FIFO queue',
    ],
    [
      'Resources: {Things: {Type: AWS::DynamoDB::Table}}',
      /^Things cannot be made: AttributeDefinitions: /,
    ],
    [
      `Resources:
  A: {Type: AWS::SQS::Queue, Properties: {QueueName: same}}
  B: {Type: AWS::SQS::Queue, Properties: {QueueName: same}}`,
      'A and B have the same name',
    ],
    [
      `Resources:
  Uploads:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration:
        QueueConfigurations: [{Event: "s3:ObjectCreated:*", Queue: "arn:aws:sqs:::elsewhere"}]`,
      'notifies arn:aws:sqs:::elsewhere, which is no queue of the template',
    ],
  ])('are refused with one sentence: %s', (text, sentence) => {
    expect(() => read(text)).toThrow(TemplateError);
    expect(() => read(text)).toThrow(sentence);
  });
});

describe('a notification', () => {
  const [bucket] = read(pipeline).buckets;
  const queuesFor = (name: string, key: string) =>
    bucket && findNotifiedQueues(bucket, { name, key }).map((arn) => arn.split(':').at(-1));

  it('is sent to the queues whose event, prefix and suffix match', () => {
    expect(queuesFor('ObjectCreated:Put', 'in/a.jpg')).toEqual(['work']);
    expect(queuesFor('ObjectCreated:Copy', 'in/a.jpg')).toEqual(['work']);
    expect(queuesFor('ObjectRemoved:Delete', 'any')).toEqual(['gallery-DeadLetters']);
  });

  it('is not sent for another prefix, suffix or event', () => {
    expect(queuesFor('ObjectCreated:Put', 'out/a.jpg')).toEqual([]);
    expect(queuesFor('ObjectCreated:Put', 'in/a.png')).toEqual([]);
    expect(queuesFor('ObjectRemoved:DeleteMarkerCreated', 'in/a.jpg')).toEqual([]);
  });
});
