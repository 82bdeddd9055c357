import { z } from 'zod';
import { stepNames, steps } from '#lib/images/steps.ts';
import { type QueueName, queueNames } from '#lib/queues.ts';
import { tableNames } from '#lib/tables.ts';
import { functionEnvironment } from './function-environment.ts';
import { dlqLogicalId, pascalCase, queueLogicalId, queueResources } from './queue-resources.ts';

const FunctionEntry = z.looseObject({
  timeout: z.coerce.number().optional(),
  events: z
    .array(
      z.looseObject({
        sqs: z.unknown().optional(),
        http: z.looseObject({ method: z.string(), path: z.string() }).optional(),
      }),
    )
    .default([]),
});

const Service = z.looseObject({
  service: z.string(),
  provider: z.looseObject({ stage: z.string(), timeout: z.coerce.number() }),
  functions: z.record(z.string(), FunctionEntry),
});

/** The parts of osls' service that are completed here. */
export type CompletedService = {
  provider: { environment?: Record<string, unknown> };
  functions: Record<string, { iamRoleStatements?: unknown; events?: unknown[] }>;
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
  takeOtherMethods(parsed);
  for (const [name, { events }] of Object.entries(parsed.functions))
    Object.assign(service.functions[name] ?? {}, { events });
};

/**
 * One function of each path takes whatever method no other of that path has, its GET's if there is one,
 * and answers 405 with `Allow` (lib/http/endpoint.ts). API Gateway by itself would answer as if there
 * were no such path, and cannot know the header. A method of its own for each path would cost a tenth of
 * the resources that CloudFormation takes.
 */
const takeOtherMethods = ({ functions }: z.infer<typeof Service>): void => {
  const all = Object.values(functions).flatMap(({ events }) =>
    events.flatMap(({ http }) => (http ? [{ http, events }] : [])),
  );
  for (const here of Map.groupBy(all, ({ http }) => http.path).values()) {
    const taker = here.find(({ http }) => http.method === 'get') ?? here[0];
    if (!taker) continue;
    taker.http.method = 'any';
    const isTaken = (event: (typeof taker.events)[number]) =>
      event.http?.path === taker.http.path && event.http !== taker.http;
    const others = taker.events.filter((event) => !isTaken(event)); // its HEAD
    taker.events.splice(0, taker.events.length, ...others);
  }
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
