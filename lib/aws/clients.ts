import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { SSMClient, type SSMClientConfig } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/**
 * Milliseconds. A connection that was frozen with its Lambda may be dead when it thaws; without these
 * limits a call on it waits until the function's own timeout. The SDK keeps connections alive itself.
 */
const requestHandler = { connectionTimeout: 3000, socketTimeout: 20_000 };

/** DynamoDB in plain JavaScript values. A property that is undefined is left out of the item. */
export const openDynamodb = (config: DynamoDBClientConfig = {}): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler, ...config }), {
    marshallOptions: { removeUndefinedValues: true },
  });

/**
 * S3. By default the SDK computes a CRC32 of every body it sends and checks one of every body it
 * receives; bodies that matter have a SHA-256 of ours (s3-objects.ts), and hashing twice costs 15 ms
 * per upload. Path style, because the emulators have no host names for their buckets; AWS serves it in
 * every region, also for a bucket made a moment ago, whose own host name may not resolve yet.
 */
export const openS3 = (config: S3ClientConfig = {}): S3Client =>
  new S3Client({
    requestHandler,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    forcePathStyle: true,
    ...config,
  });

/**
 * SQS. By default the SDK connects to the host in a queue's URL; emulators put host names there that
 * do not resolve. The endpoint of the region (or AWS_ENDPOINT_URL) is right for all of our queues,
 * since the queue's URL is in the body of every request anyway.
 */
export const openSqs = (config: SQSClientConfig = {}): SQSClient =>
  new SQSClient({ requestHandler, useQueueUrlAsEndpoint: false, ...config });

/** SSM, for secrets. */
export const openSsm = (config: SSMClientConfig = {}): SSMClient =>
  new SSMClient({ requestHandler, ...config });

const once = <Client>(open: () => Client): (() => Client) => {
  let client: Client | undefined;
  return () => {
    client ??= open();
    return client;
  };
};

/**
 * One client of each kind per process, created on first use. The SDK finds region, credentials and
 * AWS_ENDPOINT_URL* in the environment. The annotation lets the bundler drop those that a function
 * does not use: otherwise every function would bundle, and import, all four kinds.
 */
export const dynamodb = /* @__PURE__ */ once(() => openDynamodb());
export const s3 = /* @__PURE__ */ once(() => openS3());
export const sqs = /* @__PURE__ */ once(() => openSqs());
export const ssm = /* @__PURE__ */ once(() => openSsm());
