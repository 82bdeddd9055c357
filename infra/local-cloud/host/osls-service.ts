import { join } from 'node:path';
import { z } from 'zod';
import { SqsEvent } from '../lambda/event-source.ts';
import type { LocalFunction } from '../lambda/invoke.ts';
import { StreamEvent, type StreamMapping } from '../lambda/stream-event.ts';
import { openResolver } from '../template/resolver.ts';
import { Template, type Environment as TemplateEnvironment } from '../template/template.ts';
import type { HostOptions } from './host-messages.ts';

/** `functions/images/get-image.handler` → `functions/images/get-image`. */
const modulePath = (handler: string): string => handler.replace(/\.[^./]+$/, '');

const Environment = z.record(z.string(), z.unknown());

const HttpEvent = z.union([
  z.string().transform((text) => {
    const [method = '', path = ''] = text.split(' ');
    return { method: method.toLowerCase(), path };
  }),
  z.looseObject({ method: z.string().toLowerCase(), path: z.string() }),
]);

const ServerlessFunction = z.looseObject({
  handler: z.string(),
  name: z.string(),
  timeout: z.coerce.number().optional(),
  memorySize: z.coerce.number().optional(),
  environment: Environment.default({}),
  events: z
    .array(
      z.looseObject({
        http: HttpEvent.optional(),
        sqs: SqsEvent.optional(),
        stream: StreamEvent.optional(),
        schedule: z
          .union([
            z.string().transform((rate) => ({ rates: [rate], input: undefined, enabled: true })),
            z
              .looseObject({
                rate: z.union([z.string().transform((rate) => [rate]), z.array(z.string())]),
                enabled: z.boolean().default(true),
                input: z.unknown().optional(),
              })
              .transform(({ rate, enabled, input }) => ({ rates: rate, enabled, input })),
          ])
          .optional(),
      }),
    )
    .default([]),
});

/** What the plugin needs of osls' service, with all of osls' own variables resolved. */
export const Service = z.looseObject({
  service: z.string(),
  provider: z.looseObject({
    stage: z.string().default('dev'),
    timeout: z.coerce.number().default(6), // Lambda's own default would be 3; osls gives 6
    memorySize: z.coerce.number().default(1024),
    environment: Environment.default({}),
  }),
  functions: z.record(z.string(), ServerlessFunction),
  resources: Template.prefault({ Resources: {} }),
});
export type Service = z.infer<typeof Service>;

const Text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const asTexts = (environment: unknown): Record<string, string> => {
  const set = Object.entries(Environment.parse(environment)).filter(([, value]) => value !== null);
  return z.record(z.string(), Text).parse(Object.fromEntries(set));
};

/** The functions as they run here, with what they take from queues and clocks. */
export const readService = (raw: unknown, options: HostOptions) => {
  const service = Service.parse(raw);
  const { provider, resources } = service;
  const place: TemplateEnvironment = {
    accountId: options.accountId,
    region: options.region,
    stackName: `${service.service}-${provider.stage}`,
    sqsUrl: options.sqsUrl,
  };
  const { resolve } = openResolver(resources, place);
  const shared = asTexts(resolve(provider.environment));

  const functions = Object.entries(service.functions).map(([key, fn]) => {
    const { handler, name, timeout, memorySize, environment, events } = fn;
    const local: LocalFunction = {
      key,
      name,
      modulePath: join(options.buildFolder, `${modulePath(handler)}.mjs`),
      exportName: handler.split('.').at(-1) ?? 'handler',
      timeoutSeconds: timeout ?? provider.timeout,
      memoryMb: memorySize ?? provider.memorySize,
      environment: { ...shared, ...asTexts(resolve(environment)) },
    };
    const mappings = events.flatMap(({ sqs }) => {
      if (!sqs?.enabled) return [];
      const { arn, ...settings } = sqs;
      const queueArn = z.string().parse(resolve(arn));
      const [account, queue] = queueArn.split(':').slice(-2);
      return [{ ...settings, queueArn, queueUrl: `${options.sqsUrl}/${account}/${queue}` }];
    });
    const streams = events.flatMap(({ stream }): StreamMapping[] => {
      if (!stream?.enabled) return [];
      const { arn, destinations, type: _, ...settings } = stream;
      const Arn = z.string();
      const onFailureArn = Arn.optional().parse(resolve(destinations?.onFailure));
      return [{ ...settings, streamArn: Arn.parse(resolve(arn)), onFailureArn }];
    });
    const schedules = events.flatMap(({ schedule }) => (schedule?.enabled ? [schedule] : []));
    return { local, handler, mappings, streams, schedules };
  });
  const routes = Object.values(service.functions).flatMap(({ events }) =>
    events.flatMap(({ http }) => (http ? [{ method: http.method, path: http.path }] : [])),
  );
  return { place, resources, functions, routes, environment: environmentOfAll(functions) };
};

/**
 * In one process there is one environment, so no two functions may want different values under
 * one name.
 */
const environmentOfAll = (functions: { local: LocalFunction }[]): Record<string, string> => {
  const all: Record<string, string> = {};
  const of: Record<string, string> = {};
  for (const { local } of functions) {
    for (const [name, value] of Object.entries(local.environment)) {
      const other = of[name];
      if (other !== undefined && all[name] !== value)
        throw new Error(
          `${other} and ${local.key} want different values of ${name}. On the embedded stack ` +
            'functions share one process: give the two settings different names.',
        );
      all[name] = value;
      of[name] = local.key;
    }
  }
  return all;
};
