import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { alarmsFor } from '#infra/deploy/alarms.ts';
import { completeService } from '#infra/deploy/complete-service.ts';
import { findWatched } from '#infra/deploy/watched.ts';

/** CloudFormation's short forms, parsed as the long ones they stand for. */
const customTags = ['Ref', 'GetAtt', 'Sub'].map((name) => ({
  tag: `!${name}`,
  resolve: (value: string) => ({ [name === 'Ref' ? 'Ref' : `Fn::${name}`]: value }),
}));

const read = (path: string): unknown =>
  parse(readFileSync(path, 'utf8'), { customTags, merge: true }); // as osls reads `<<`

const Http = z.object({
  method: z.string(),
  path: z.string(),
  private: z.boolean(),
  cors: z.unknown(),
});
const Sqs = z.object({
  arn: z.object({ 'Fn::GetAtt': z.string() }),
  batchSize: z.int(),
  functionResponseType: z.literal('ReportBatchItemFailures'),
});
const FunctionEntry = z.looseObject({
  handler: z.string(),
  iamRoleStatements: z.unknown().optional(),
  memorySize: z.int().optional(), // else provider.memorySize
  timeout: z.int().default(29), // provider.timeout, checked below
  events: z.array(
    z.looseObject({ http: Http.optional(), sqs: Sqs.optional(), schedule: z.string().optional() }),
  ),
});
export type FunctionEntry = z.infer<typeof FunctionEntry>;

const Queue = z.object({
  Type: z.literal('AWS::SQS::Queue'),
  Properties: z.looseObject({
    QueueName: z.string(),
    VisibilityTimeout: z.int().default(30),
    RedrivePolicy: z
      .object({
        deadLetterTargetArn: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
        maxReceiveCount: z.int(),
      })
      .optional(),
  }),
});
export type Queue = z.infer<typeof Queue>;

const rooms = ['site', 'images', 'pipeline', 'batches', 'edits', 'delivery', 'events', 'webhooks'];

/** Every function of serverless.yml by name. */
export const functions: [string, FunctionEntry][] = rooms.flatMap((room) =>
  Object.entries(
    z.record(z.string(), FunctionEntry).parse(read(`functions/${room}/functions.yml`)),
  ),
);

/** The service as osls has it once infra/deploy/complete-service.ts has added what follows from lists. */
const completed = {
  service: 'darkroom',
  provider: { stage: 'dev', timeout: 29, environment: {} },
  functions: Object.fromEntries(functions),
  resources: { Resources: {} },
};
completeService(completed, 'dev', {});

const watched = findWatched(
  {
    ...completed,
    functions: Object.fromEntries(functions.map(([name, entry]) => [name, { ...entry, name }])),
  },
  'dev',
);

const Alarm = z.looseObject({
  Metrics: z.array(z.looseObject({ ReturnData: z.boolean() })).optional(),
});

/** How many metrics alarms watch: AWS bills an alarm for each of them. */
export const alarmedMetrics: number = Object.values(
  z
    .record(z.string(), z.looseObject({ Type: z.string(), Properties: Alarm }))
    .parse(alarmsFor(watched, '')),
)
  .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
  .map(
    ({ Properties: { Metrics } }) => Metrics?.filter(({ ReturnData }) => !ReturnData).length ?? 1,
  )
  .reduce((sum, count) => sum + count, 0);

export const environment: Record<string, unknown> = completed.provider.environment;

/** Every queue of the template by logical name. */
export const queues: [string, Queue][] = Object.entries(
  z.record(z.string(), Queue).parse(completed.resources.Resources),
);

export const serverless = z
  .looseObject({
    provider: z.looseObject({ timeout: z.int(), environment: z.record(z.string(), z.unknown()) }),
    functions: z.array(z.string()),
  })
  .parse(read('serverless.yml'));
