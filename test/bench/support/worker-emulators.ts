// S3, SQS, DynamoDB and a caption provider in a process of their own, with every resource of the
// template; nobody takes a message out of its queues. Its argument is a folder for what they keep.
// Tells whoever started it what a function finds in its environment, and ends with them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { completeService } from '#infra/deploy/complete-service.ts';
import { createQueues, createTables } from '#infra/local/create-resources.ts';
import { startDynamodb } from '#infra/local/emulators/dynamodb.ts';
import { startS3 } from '#infra/local/emulators/s3.ts';
import { startSqs } from '#infra/local/emulators/sqs.ts';
import { readResources } from '#infra/local/resources.ts';
import { makeResolver, Template } from '#infra/local/template.ts';
import { functions } from '#test/architecture/template.ts';
import { startCaptionServer } from '#test/support/caption-server.ts';

const [folder = ''] = process.argv.slice(2);
const region = 'us-east-1';
const credentials = { accessKeyId: 'darkroom', secretAccessKey: 'darkroom-secret' };

/** What osls would put in for its own variables. */
const named = (text: string): string =>
  text
    .replaceAll(`\${self:service}`, 'darkroom')
    .replaceAll(`\${sls:stage}`, 'bench')
    .replaceAll(`\${param:bucketSuffix}`, '');
/** CloudFormation's short forms as the long ones they stand for. */
const customTags = ['Ref', 'GetAtt', 'Sub'].map((name) => ({
  tag: `!${name}`,
  resolve: (value: string) => ({ [name === 'Ref' ? 'Ref' : `Fn::${name}`]: value }),
}));
const read = (path: string): unknown => parse(named(readFileSync(path, 'utf8')), { customTags });
const readTemplate = (path: string) => Template.parse(read(path)).Resources;

const Serverless = z.looseObject({
  provider: z.looseObject({ environment: z.record(z.string(), z.unknown()) }),
});

const template = {
  Resources: {
    ...readTemplate('infra/tables.yml'),
    ...readTemplate('infra/buckets.yml'),
  },
};
const service = {
  service: 'darkroom',
  provider: { stage: 'bench', timeout: 29, environment: {} },
  functions: Object.fromEntries(functions),
  resources: template,
};
const [sqs, dynamodb, captions] = await Promise.all([
  startSqs({ port: 0, folder: join(folder, 'sqs') }),
  startDynamodb({ port: 0, folder: join(folder, 'dynamodb') }),
  startCaptionServer(),
]);
completeService(service, 'bench', process.env);
const place = { region, stackName: 'darkroom-bench', sqsUrl: sqs.url };
const resources = readResources(template, place);
const [s3] = await Promise.all([
  startS3({
    port: 0,
    folder: join(folder, 's3'),
    secretAccessKey: credentials.secretAccessKey,
    buckets: resources.buckets.map(({ BucketName }) => BucketName),
    onEvent: async () => {}, // whoever wants a picture registered says so
  }),
  createTables(resources, { region, credentials, endpoint: dynamodb.url }),
  createQueues(resources, { region, credentials, endpoint: sqs.url }),
]);

const settled = z.record(z.string(), z.string()).parse(
  makeResolver(template, place).resolve({
    ...Serverless.parse(read('serverless.yml')).provider.environment,
    ...service.provider.environment,
  }),
);
process.send?.({
  // What is left of osls' variables are settings, for which there are standard values.
  ...Object.fromEntries(Object.entries(settled).filter(([, value]) => !value.includes('${'))),
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_ENDPOINT_URL_S3: s3.url,
  AWS_ENDPOINT_URL_SQS: sqs.url,
  AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
  CAPTION_PROVIDER: 'openai',
  CAPTION_API_KEY: 'any',
  CAPTION_BASE_URL: captions.url,
});

process.once('disconnect', async () => {
  await Promise.all([s3.stop(), sqs.stop(), dynamodb.stop(), captions.stop()]);
  process.exit(0);
});
