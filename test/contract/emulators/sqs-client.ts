import { SQSClient } from '@aws-sdk/client-sqs';
import { onTestFinished } from 'vitest';

/** The real SDK, told where to go. */
export const sqsClientOf = (endpoint: string): SQSClient => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'secret' };
  const options = { region: 'us-east-1', endpoint, credentials, maxAttempts: 1 };
  const client = new SQSClient({ ...options, useQueueUrlAsEndpoint: false });
  onTestFinished(() => client.destroy());
  return client;
};
