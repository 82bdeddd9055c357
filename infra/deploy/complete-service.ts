import { z } from 'zod';
import { stepNames, steps } from '#lib/images/steps.ts';
import { type QueueName, queueNames } from '#lib/queues.ts';
import { tableNames } from '#lib/tables.ts';
import { functionEnvironment } from './function-environment.ts';
import { dlqLogicalId, pascalCase, queueLogicalId, queueResources } from './queue-resources.ts';

const FunctionEntry = z.looseObject({
  timeout: z.coerce.number().optional(),
  events: z.array(z.looseObject({ sqs: z.unknown().optional() })).default([]),
});

const Service = z.looseObject({
  service: z.string(),
  provider: z.looseObject({ stage: z.string(), timeout: z.coerce.number() }),
  functions: z.record(z.string(), FunctionEntry),
});

/** The parts of osls' service that are completed here. */
export type CompletedService = {
  provider: { environment?: Record<string, unknown> };
  functions: Record<string, { iamRoleStatements?: unknown }>;
  resources: { Resources: Record<string, unknown> };
};

/**
 * Adds to osls' service what follows from the lists of steps, queues, tables and settings: the queues
 * with their dead-letter queues, the environment of every function, and what an IAM statement means by
 * `!Ref StepQueues`, `!Ref Queues`, `!Ref DeadLetterQueues` or `!Ref Tables`.
 */
export const completeService = (
  service: CompletedService,
  stage: string,
  given: Readonly<Record<string, string | undefined>>,
): void => {
  const parsed = Service.parse(service);
  const stackName = `${parsed.service}-${stage}`;
  Object.assign(
    service.resources.Resources,
    queueResources(stackName, (queue) => consumerTimeout(queue, parsed)),
  );
  service.provider.environment = {
    ...functionEnvironment(given),
    ...service.provider.environment,
  };
  for (const fn of Object.values(service.functions)) expandResourceLists(fn);
};

/** Timeout in seconds of the function whose event is this queue. */
const consumerTimeout = (queue: QueueName, service: z.infer<typeof Service>): number => {
  const id = queueLogicalId(queue);
  const consumer = Object.entries(service.functions).find(([, { events }]) =>
    events.some(({ sqs }) => JSON.stringify(sqs ?? '').includes(`"${id}`)),
  );
  if (!consumer) throw new Error(`No function has an sqs event of ${id}: see lib/queues.ts.`);
  return consumer[1].timeout ?? service.provider.timeout;
};

const resourceLists: Record<string, readonly string[]> = {
  StepQueues: stepNames.map((name) => queueLogicalId(steps[name].worker)),
  Queues: queueNames.map(queueLogicalId),
  DeadLetterQueues: queueNames.map(dlqLogicalId),
  Tables: tableNames.map((name) => `${pascalCase(name)}Table`),
};

const Statement = z.looseObject({ Resource: z.unknown() });

const expandResourceLists = (fn: { iamRoleStatements?: unknown }): void => {
  if (!Array.isArray(fn.iamRoleStatements)) return;
  fn.iamRoleStatements = fn.iamRoleStatements.map((raw: unknown) => {
    const statement = Statement.parse(raw);
    const resources = [statement.Resource].flat().flatMap((resource) => expanded(resource));
    return { ...statement, Resource: resources.length === 1 ? resources[0] : resources };
  });
};

const expanded = (resource: unknown): unknown[] => {
  const parsed = z.strictObject({ Ref: z.string() }).safeParse(resource);
  const list = parsed.success ? resourceLists[parsed.data.Ref] : undefined;
  return list?.map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] })) ?? [resource];
};
