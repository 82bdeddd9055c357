import { z } from 'zod';
import { makeResolver, type Place, type Template } from './template.ts';

const texts = z.array(z.string());

const Bucket = z.object({
  BucketName: z.string(),
  CorsConfiguration: z
    .object({
      CorsRules: z.array(
        z.object({
          AllowedOrigins: texts,
          AllowedMethods: texts,
          AllowedHeaders: texts.default([]),
          ExposedHeaders: texts.default([]),
          MaxAge: z.coerce.number().default(0),
        }),
      ),
    })
    .default({ CorsRules: [] }),
  NotificationConfiguration: z
    .strictObject({
      QueueConfigurations: z
        .array(
          z.object({
            Event: z.string(),
            Queue: z.string(),
            Filter: z
              .object({
                S3Key: z.object({
                  Rules: z.array(
                    z.object({
                      Name: z
                        .string()
                        .toLowerCase()
                        .pipe(z.enum(['prefix', 'suffix'])),
                      Value: z.string(),
                    }),
                  ),
                }),
              })
              .default({ S3Key: { Rules: [] } }),
          }),
        )
        .default([]),
    })
    .default({ QueueConfigurations: [] }),
});
export type Bucket = z.infer<typeof Bucket>;

// SQS takes every attribute as text, and policies as JSON.
const Attribute = z.union([
  z.string(),
  z.union([z.number(), z.boolean()]).transform(String),
  z.looseObject({}).transform((value) => JSON.stringify(value)),
]);
const Queue = z
  .record(z.string(), z.unknown())
  .transform(({ QueueName, Tags: _, ...attributes }) => ({ QueueName, attributes }))
  .pipe(
    z.object({
      QueueName: z.string(),
      attributes: z.record(z.string(), Attribute),
    }),
  );
export type Queue = z.infer<typeof Queue>;

const KeySchema = z.array(
  z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }),
);
const Index = z.object({
  IndexName: z.string(),
  KeySchema,
  Projection: z.object({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
    NonKeyAttributes: texts.optional(),
  }),
});
export const Table = z.object({
  TableName: z.string(),
  AttributeDefinitions: z.array(
    z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema,
  GlobalSecondaryIndexes: z.array(Index).optional(),
  LocalSecondaryIndexes: z.array(Index).optional(),
  TimeToLiveSpecification: z
    .object({ AttributeName: z.string(), Enabled: z.coerce.boolean().default(true) })
    .optional(),
});
export type Table = z.infer<typeof Table>;

export type Resources = { buckets: Bucket[]; queues: Queue[]; tables: Table[] };

/**
 * Every bucket, queue and table of the template with its final names. All else in it (policies,
 * alarms, answers of API Gateway) has no meaning to the emulators.
 */
export const readResources = (template: Template, place: Place): Resources => {
  const { resolve, factsOf } = makeResolver(template, place);
  const all = <Schema extends z.ZodType>(
    type: string,
    schema: Schema,
    nameOf: (logicalId: string) => Record<string, string | undefined>,
  ) =>
    Object.entries(template.Resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([logicalId, { Properties }]) => {
        const properties = z.record(z.string(), z.unknown()).parse(resolve(Properties));
        const parsed = schema.safeParse({ ...properties, ...nameOf(logicalId) });
        if (parsed.success) return parsed.data;
        throw new Error(
          `The embedded stack cannot make ${logicalId}:\n${z.prettifyError(parsed.error)}`,
        );
      });
  return {
    buckets: all('AWS::S3::Bucket', Bucket, (id) => ({ BucketName: factsOf(id)['Ref'] })),
    queues: all('AWS::SQS::Queue', Queue, (id) => ({ QueueName: factsOf(id)['QueueName'] })),
    tables: all('AWS::DynamoDB::Table', Table, (id) => ({ TableName: factsOf(id)['Ref'] })),
  };
};

/** The URLs of the queues that a bucket tells of an event, e.g. `ObjectCreated:Put` of a key. */
export const notificationTargets = (
  bucket: Bucket,
  event: { name: string; key: string },
  place: Pick<Place, 'sqsUrl'>,
): string[] =>
  bucket.NotificationConfiguration.QueueConfigurations.filter(({ Event, Filter }) => {
    const isEvent = Event.endsWith('*')
      ? `s3:${event.name}`.startsWith(Event.slice(0, -1))
      : `s3:${event.name}` === Event;
    const fits = Filter.S3Key.Rules.every(({ Name, Value }) =>
      Name === 'prefix' ? event.key.startsWith(Value) : event.key.endsWith(Value),
    );
    return isEvent && fits;
  }).map(({ Queue: arn }) => {
    const [account, name] = arn.split(':').slice(-2);
    return `${place.sqsUrl}/${account}/${name}`;
  });
