// S3, SQS, DynamoDB and a caption provider in their own process, with every resource of the
// template; nothing consumes its queues. Its argument is a folder for the stored data. Sends the
// environment of a function to the parent process, and exits with it.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { completeService } from '#infra/deploy/complete-service.ts';
import { startLocalCloud } from '#infra/local-cloud/start-local-cloud.ts';
import { parseTemplate } from '#infra/local-cloud/template/read-template.ts';
import { openResolver } from '#infra/local-cloud/template/resolver.ts';
import { Template } from '#infra/local-cloud/template/template.ts';
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
const readResources = (path: string) =>
  parseTemplate(named(readFileSync(path, 'utf8')), path).Resources;

const Serverless = z.looseObject({
  provider: z.looseObject({ environment: z.record(z.string(), z.unknown()) }),
});

const template = Template.parse({
  Resources: { ...readResources('infra/tables.yml'), ...readResources('infra/buckets.yml') },
});
const service = {
  service: 'darkroom',
  provider: { stage: 'bench', timeout: 29, environment: {} },
  functions: Object.fromEntries(functions),
  resources: template,
};
completeService(service, 'bench', process.env);
const place = { region, accountId: '000000000000', stackName: 'darkroom-bench' };
const [cloud, captions] = await Promise.all([
  startLocalCloud({
    ...place,
    template,
    folder,
    ports: { s3: 0, sqs: 0, dynamodb: 0 },
    secretAccessKey: credentials.secretAccessKey,
    // None is sent: what wants a picture registered says so.
    notifications: { send: async () => {} },
  }),
  startCaptionServer(),
]);

const settled = z.record(z.string(), z.string()).parse(
  openResolver(template, { ...place, sqsUrl: cloud.urls.sqs }).resolve({
    ...Serverless.parse(parse(named(readFileSync('serverless.yml', 'utf8')), { customTags }))
      .provider.environment,
    ...service.provider.environment,
  }),
);
process.send?.({
  // What is left of osls' variables are settings, for which there are standard values.
  ...Object.fromEntries(Object.entries(settled).filter(([, value]) => !value.includes('${'))),
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_ENDPOINT_URL_S3: cloud.urls.s3,
  AWS_ENDPOINT_URL_SQS: cloud.urls.sqs,
  AWS_ENDPOINT_URL_DYNAMODB: cloud.urls.dynamodb,
  CAPTION_PROVIDER: 'openai',
  CAPTION_API_KEY: 'any',
  CAPTION_BASE_URL: captions.url,
});

process.once('disconnect', async () => {
  await Promise.all([cloud.stop(), captions.stop()]);
  process.exit(0);
});
