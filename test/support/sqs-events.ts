import type { Context, SQSEvent } from 'aws-lambda';

// Only what our handlers read; a real context has more members.
export const context = {
  getRemainingTimeInMillis: () => 30_000,
  functionName: 'test',
  awsRequestId: 'r1',
} as Context;

/** A delivery of messages with these bodies (strings as they are, others as JSON), each received so many times. */
export const anSqsEvent = (bodies: unknown[], attempts = 1): SQSEvent => ({
  Records: bodies.map((body, index) => ({
    messageId: `m${index + 1}`,
    receiptHandle: `r${index + 1}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: String(attempts),
      SentTimestamp: '0',
      SenderId: 'test',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:darkroom-dev-test',
    awsRegion: 'us-east-1',
  })),
});
