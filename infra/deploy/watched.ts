import { z } from 'zod';

/** What alarms and the dashboard monitor, by its names in CloudWatch. */
export type Watched = {
  /** Service and stage. */
  stackName: string;
  apiName: string;
  functions: {
    key: string;
    name: string;
    timeoutSeconds: number;
    isBehindApi: boolean;
    readsStream: boolean;
  }[];
  queues: { logicalId: string; name: string; isDeadLetterQueue: boolean }[];
};

/** The parts of osls' service that are read here, all variables resolved. */
const Service = z.object({
  service: z.string(),
  provider: z.looseObject({ stage: z.string(), timeout: z.coerce.number() }),
  functions: z.record(
    z.string(),
    z.looseObject({
      name: z.string(),
      timeout: z.coerce.number().optional(),
      events: z.array(z.record(z.string(), z.unknown())).default([]),
    }),
  ),
  resources: z.looseObject({
    Resources: z.record(
      z.string(),
      z.looseObject({
        Type: z.string(),
        Properties: z.record(z.string(), z.unknown()).default({}),
      }),
    ),
  }),
});

export const findWatched = (raw: unknown, stage: string): Watched => {
  const { service, provider, functions, resources } = Service.parse(raw);
  const queues = Object.entries(resources.Resources).filter(
    ([, { Type }]) => Type === 'AWS::SQS::Queue',
  );
  return {
    stackName: `${service}-${stage}`,
    apiName: `${stage}-${service}`,
    functions: Object.entries(functions).map(([key, { name, timeout, events }]) => ({
      key,
      name,
      timeoutSeconds: timeout ?? provider.timeout,
      isBehindApi: events.some((event) => 'http' in event),
      readsStream: events.some((event) => 'stream' in event),
    })),
    queues: queues.map(([logicalId, { Properties }]) => ({
      logicalId,
      name: z.string().parse(Properties['QueueName']),
      // Every queue with a consumer has a dead-letter queue (test/architecture/template.test.ts).
      isDeadLetterQueue: !('RedrivePolicy' in Properties),
    })),
  };
};
