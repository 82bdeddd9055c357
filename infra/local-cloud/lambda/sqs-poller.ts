import { Pool } from 'undici';
import { z } from 'zod';

const Attributes = z.record(z.string(), z.string());
const Message = z.object({
  MessageId: z.string(),
  ReceiptHandle: z.string(),
  Body: z.string(),
  MD5OfBody: z.string().optional(),
  Attributes: Attributes.default({}),
  MessageAttributes: z
    .record(
      z.string(),
      z.object({
        DataType: z.string().optional(),
        StringValue: z.string().optional(),
        /** Base64, as it travels. */
        BinaryValue: z.string().optional(),
      }),
    )
    .default({}),
});
export type Message = z.infer<typeof Message>;

const Received = z.object({ Messages: z.array(Message).default([]) });
const Deleted = z.object({
  Failed: z.array(z.object({ Message: z.string().optional() })).default([]),
});

export type SqsPoller = ReturnType<typeof openSqsPoller>;

/**
 * What Lambda's own pollers do, which on AWS is invisible and free: the two calls of SQS'
 * JSON protocol that an event source makes, unsigned, for an emulator that checks no signatures.
 * They are a third of all calls of a picture, and by the SDK each would cost twice as much. Rejects
 * when the endpoint does not answer, or refuses.
 */
export const openSqsPoller = (endpoint: string) => {
  // Each waits for up to 20 s on a connection of its own.
  const pool = new Pool(endpoint, { connections: null, headersTimeout: 60_000 });

  const ask = async (operation: string, input: object, signal?: AbortSignal): Promise<unknown> => {
    const { statusCode, body } = await pool.request({
      path: '/',
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `AmazonSQS.${operation}`,
      },
      body: JSON.stringify(input),
      ...(signal && { signal }),
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`SQS refused ${operation} (${statusCode}): ${text}`);
    return JSON.parse(text);
  };

  return {
    /** Waits for messages for as many seconds, at most 20; at most 10 come at a time. */
    async receive(
      queueUrl: string,
      {
        maxMessages,
        seconds,
        signal,
      }: { maxMessages: number; seconds: number; signal: AbortSignal },
    ): Promise<Message[]> {
      const input = {
        QueueUrl: queueUrl,
        MaxNumberOfMessages: maxMessages,
        WaitTimeSeconds: seconds,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      };
      return Received.parse(await ask('ReceiveMessage', input, signal)).Messages;
    },

    /** At most 10 at a time. */
    async remove(queueUrl: string, messages: readonly Message[]): Promise<void> {
      const Entries = messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
      const { Failed } = Deleted.parse(
        await ask('DeleteMessageBatch', { QueueUrl: queueUrl, Entries }),
      );
      const [first] = Failed;
      if (first) throw new Error(`SQS did not delete a message: ${first.Message}`);
    },

    close: () => pool.destroy(),
  };
};
