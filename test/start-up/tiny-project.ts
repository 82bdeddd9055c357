// biome-ignore-all lint/suspicious/noTemplateCurlyInString: osls and CloudFormation write them so.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));

const serverless = `
service: darkroom
frameworkVersion: "4"
provider:
  name: aws
  runtime: nodejs24.x
  environment: { WORK_QUEUE: !Ref WorkQueue, STAGE: "\${sls:stage}" }
functions:
  hello:
    handler: functions/hello.handler
    timeout: 1
    events:
      - http: { method: any, path: "api/hello", private: true, cors: true }
      - http: { method: get, path: "api/health" }
  echo:
    handler: functions/echo.handler
    events:
      - http: { method: post, path: "api/echo", cors: true }
      - http: { method: get, path: "api/echo", cors: true }
  work:
    handler: functions/work.handler
    events:
      - sqs: { arn: !GetAtt WorkQueue.Arn, functionResponseType: ReportBatchItemFailures }
  follow:
    handler: functions/follow.handler
    events:
      - stream:
          type: dynamodb
          arn: !GetAtt Things.StreamArn
          maximumRetryAttempts: 0
          destinations: { onFailure: !GetAtt WorkDlq.Arn }
  sweep:
    handler: functions/sweep.handler
    events: [{ schedule: "rate(\${env:SWEEP_MINUTES, '5'} minutes)" }]
plugins: [./infra/local-cloud/host/offline-plugin.ts, serverless-offline]
custom: { offline: { customAuthenticationProvider: ./infra/local-cloud/gateway/api-key.cjs } }
resources:
  - \${file(infra/gateway-responses.yml)}
  - Resources:
      WorkQueue:
        Type: AWS::SQS::Queue
        Properties:
          QueueName: "\${self:service}-\${sls:stage}-work"
          RedrivePolicy: { deadLetterTargetArn: !GetAtt WorkDlq.Arn, maxReceiveCount: 3 }
      WorkDlq:
        Type: AWS::SQS::Queue
        Properties: { QueueName: "\${self:service}-\${sls:stage}-work-dlq" }
      Things:
        Type: AWS::DynamoDB::Table
        Properties:
          TableName: "\${self:service}-\${sls:stage}-things"
          AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
          KeySchema: [{ AttributeName: id, KeyType: HASH }]
          BillingMode: PAY_PER_REQUEST
          StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
      Bucket:
        Type: AWS::S3::Bucket
        Properties:
          BucketName: "\${self:service}-\${sls:stage}-bucket"
          NotificationConfiguration:
            QueueConfigurations: [{ Event: "s3:ObjectCreated:*", Queue: !GetAtt WorkQueue.Arn }]
`;

const functions = {
  hello: `
    const memory = { calls: 0 };
    export const handler = async (event) => {
      const { boom, slow, warn } = event.queryStringParameters ?? {};
      if (warn) console.error(JSON.stringify({ level: 'WARN', message: 'a warning', image_id: 'that-one',
        timestamp: new Date().toISOString() }));
      if (boom) throw new Error('boom [404]');
      if (slow) await new Promise((resolve) => setTimeout(resolve, 3000));
      const { WORK_QUEUE, STAGE } = process.env;
      const body = JSON.stringify({ calls: ++memory.calls, WORK_QUEUE, STAGE });
      return { statusCode: 200, headers: { 'content-type': 'application/json' }, body };
    };`,
  echo: `
    export const handler = async ({ body, isBase64Encoded, headers }) => ({
      statusCode: 200,
      headers: { 'content-type': 'application/json', 'access-control-expose-headers': 'etag' },
      body: JSON.stringify({ body, isBase64Encoded, headers }),
    });`,
  work: `
    export const handler = async ({ Records }, { functionName }) => {
      for (const { body } of Records)
        console.log(JSON.stringify({ level: 'INFO', message: 'message handled', body,
          timestamp: new Date().toISOString(), function_name: functionName, image_id: 'work' }));
    };`,
  follow: `
    export const handler = async ({ Records }) => {
      for (const { eventName, dynamodb } of Records) {
        if (dynamodb.Keys.id.S === 'bad') throw new Error('a bad item');
        console.log(JSON.stringify({ level: 'INFO', message: 'change seen', timestamp: new Date().toISOString(),
          change: eventName + ' ' + dynamodb.Keys.id.S }));
      }
    };`,
  sweep: `export const handler = async () => { console.log('swept'); };`,
};

/** A serverless.yml with one function of each kind, and nothing of Darkroom but infra/. */
export const tinyProject = () => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-project-'));
  mkdirSync(join(folder, 'functions'));
  for (const name of ['node_modules', 'infra'])
    symlinkSync(join(repository, name), join(folder, name), 'dir');
  const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
  write('package.json', '{"type":"module","version":"0.0.0"}');
  write('serverless.yml', serverless);
  for (const [name, text] of Object.entries(functions)) write(`functions/${name}.ts`, text);
  return { folder, write, serverless, remove: () => rmSync(folder, { recursive: true }) };
};
