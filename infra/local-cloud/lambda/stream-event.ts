import { z } from 'zod';

/**
 * A `stream` event of serverless.yml with the defaults of Lambda. What is not named here, such as
 * filter patterns, is refused: it would be without effect. Lambda Developer Guide, "Event source
 * mapping parameters for Amazon DynamoDB Streams".
 */
export const StreamEvent = z.strictObject({
  type: z.literal('dynamodb'),
  arn: z.unknown(),
  enabled: z.boolean().default(true),
  batchSize: z.coerce.number().int().min(1).max(10_000).default(100),
  /** Seconds. */
  batchWindow: z.coerce.number().int().min(0).max(300).default(0),
  startingPosition: z.enum(['TRIM_HORIZON', 'LATEST']).default('TRIM_HORIZON'),
  bisectBatchOnFunctionError: z.boolean().default(false),
  /** -1: as often as it takes. */
  maximumRetryAttempts: z.coerce.number().int().min(-1).max(10_000).default(-1),
  /** -1: as long as the stream stores it. */
  maximumRecordAgeInSeconds: z.coerce.number().int().min(-1).max(604_800).default(-1),
  /** 0: none. */
  tumblingWindowInSeconds: z.coerce.number().int().min(0).max(900).default(0),
  destinations: z
    .object({
      onFailure: z.union([z.object({ arn: z.unknown() }).transform(({ arn }) => arn), z.unknown()]),
    })
    .optional(),
  functionResponseType: z.literal('ReportBatchItemFailures').optional(),
  /** Here only 1 batch of a shard is processed at once, whatever the value. */
  parallelizationFactor: z.coerce.number().int().min(1).max(10).optional(),
});
export type StreamEvent = z.infer<typeof StreamEvent>;

export type StreamMapping = Omit<StreamEvent, 'arn' | 'destinations' | 'type'> & {
  /** As the template has it: its last part may be `local`, for the newest stream of the table. */
  streamArn: string;
  /** Gets what is given up. */
  onFailureArn: string | undefined;
};

export const ChangeRecord = z.looseObject({
  eventID: z.string(),
  dynamodb: z.looseObject({
    SequenceNumber: z.string(),
    /** Seconds since 1970. */
    ApproximateCreationDateTime: z.number(),
  }),
  userIdentity: z.object({ PrincipalId: z.string(), Type: z.string() }).optional(),
});
export type ChangeRecord = z.infer<typeof ChangeRecord>;

export const getSequenceNumber = ({ dynamodb }: ChangeRecord): string => dynamodb.SequenceNumber;

/** A record as Lambda hands it to a function. */
export const toEventRecord = ({ userIdentity, ...record }: ChangeRecord, streamArn: string) => ({
  ...record,
  ...(userIdentity && {
    userIdentity: { principalId: userIdentity.PrincipalId, type: userIdentity.Type },
  }),
  eventSourceARN: streamArn,
});
