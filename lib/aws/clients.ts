import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { SSMClient, type SSMClientConfig } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/**
 * A connection that was frozen with its Lambda may be dead when it thaws; without these a call on
 * it waits until the function's own timeout. Connections are kept alive: the SDK does so by itself.
 */
const requestHandler = { connectionTimeout: 3000, socketTimeout: 20_000 };

/**
 * DynamoDB in plain JavaScript values. Where a record has no value for something, so has the item.
 */
export const openDynamodb = (config: DynamoDBClientConfig = {}): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler, ...config }), {
    marshallOptions: { removeUndefinedValues: true },
  });

/**
 * S3. By itself the SDK computes a CRC32 of whatever it sends and checks one of whatever it gets;
 * bodies that matter have a SHA-256 of ours (s3-objects.ts), and hashing twice costs 15 ms per
 * upload. Path style, because the emulators have no names for their buckets; AWS answers to it in
 * every region, also for buckets made a moment ago, whose own names may still lead elsewhere.
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
 * SQS. By itself the SDK talks to the host in a queue's URL; emulators put names there that nobody
 * resolves. The endpoint of the region (or AWS_ENDPOINT_URL) is right for all of our queues, since
 * the queue's URL travels in the body of every request anyway.
 */
export const openSqs = (config: SQSClientConfig = {}): SQSClient =>
  new SQSClient({ requestHandler, useQueueUrlAsEndpoint: false, ...config });

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
 * One client of each kind per process, made when it is first needed. Region, credentials and
 * AWS_ENDPOINT_URL* are the SDK's own to find in the environment. They are marked for the bundler
 * as what may be left out: or every function would carry, and import, all four kinds.
 */
export const dynamodb = /* @__PURE__ */ once(() => openDynamodb());
export const s3 = /* @__PURE__ */ once(() => openS3());
export const sqs = /* @__PURE__ */ once(() => openSqs());
export const ssm = /* @__PURE__ */ once(() => openSsm());
