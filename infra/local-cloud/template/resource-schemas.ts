import { z } from 'zod';

const texts = z.array(z.string());

const FilterRule = z.object({
  Name: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['prefix', 'suffix'])),
  Value: z.string(),
});

export const Bucket = z.object({
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
    .object({
      QueueConfigurations: z
        .array(
          z.object({
            Event: z.string(),
            /** An ARN. */
            Queue: z.string(),
            Filter: z
              .object({ S3Key: z.object({ Rules: z.array(FilterRule) }) })
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
export const Queue = z.object({
  QueueName: z.string(),
  attributes: z.record(z.string(), Attribute),
  tags: z
    .array(z.object({ Key: z.string(), Value: z.coerce.string() }))
    .default([])
    .transform((tags) => Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]))),
});
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
const viewTypes = ['NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY'] as const;

/** As the template has it. What DescribeTable answers parses too, but for its stream. */
export const Table = z.object({
  TableName: z.string(),
  AttributeDefinitions: z.array(
    z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema,
  GlobalSecondaryIndexes: z.array(Index).optional(),
  LocalSecondaryIndexes: z.array(Index).optional(),
  StreamSpecification: z.object({ StreamViewType: z.enum(viewTypes).optional() }).optional(),
  TimeToLiveSpecification: z
    .object({ AttributeName: z.string(), Enabled: z.coerce.boolean().default(true) })
    .optional(),
});
export type Table = z.infer<typeof Table>;
