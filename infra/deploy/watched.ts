import { z } from 'zod';

/** What alarms and dashboard look at, by the names that CloudWatch has for it. */
export type Watched = {
  /** Service and stage. */
  stackName: string;
  apiName: string;
  functions: { key: string; name: string; timeoutSeconds: number; isBehindApi: boolean }[];
  queues: { logicalId: string; name: string; isDead: boolean }[];
};

/** The parts of osls' service that matter here, all of its variables resolved. */
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
    })),
    queues: queues.map(([logicalId, { Properties }]) => ({
      logicalId,
      name: z.string().parse(Properties['QueueName']),
      // Every queue that is worked on has a dead-letter queue (test/architecture/template.test.ts).
      isDead: !('RedrivePolicy' in Properties),
    })),
  };
};
