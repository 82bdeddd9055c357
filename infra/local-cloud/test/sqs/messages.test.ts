import {
  DeleteMessageBatchCommand,
  type MessageAttributeValue,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Sqs, start } from './sqs-fixture.ts';

let sqs: Sqs;
let queue: string;
beforeEach(async () => {
  ({ sqs } = await start());
  queue = await sqs.createQueue('work');
});

const sendBatch = (Entries: { Id: string; MessageBody: string; DelaySeconds?: number }[]) =>
  sqs.client.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries }));

describe('a message', () => {
  it('is received as it was sent, with the attributes that SQS adds', async () => {
    const sentAfter = Date.now();
    const { MessageId } = await sqs.send(queue, 'grüße 🙂');

    const [message] = await sqs.receive(queue);

    expect(message).toMatchObject({
      MessageId,
      Body: 'grüße 🙂',
      Attributes: { SenderId: '123456789012', ApproximateReceiveCount: '1' },
    });
    expect(Number(message?.Attributes?.SentTimestamp)).toBeGreaterThanOrEqual(sentAfter);
    const firstReceivedAt = Number(message?.Attributes?.ApproximateFirstReceiveTimestamp);
    expect(firstReceivedAt).toBeGreaterThanOrEqual(Number(message?.Attributes?.SentTimestamp));
  });

  it('carries text, numbers and bytes as attributes, with the MD5 that SQS documents', async () => {
    const MessageAttributes: Record<string, MessageAttributeValue> = {
      city: { DataType: 'String', StringValue: 'Any City' },
      population: { DataType: 'Number', StringValue: '1250800' },
      greeting: { DataType: 'Binary', BinaryValue: Buffer.from('Hello, World!') },
    };
    const sent = await sqs.send(queue, 'hello', { MessageAttributes });

    const [all] = await sqs.receive(queue, { VisibilityTimeout: 0 });
    const [some] = await sqs.receive(queue, {
      VisibilityTimeout: 0,
      MessageAttributeNames: ['pop.*', 'city'],
    });
    const [none] = await sqs.receive(queue, { MessageAttributeNames: [] });

    expect(sent.MD5OfMessageAttributes).toBe('f6380e9549fbefdf49bb8fa5c2955dbe');
    expect(all?.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
    expect(all?.MessageAttributes?.['greeting']?.BinaryValue).toEqual(
      new Uint8Array(Buffer.from('Hello, World!')),
    );
    expect(Object.keys(some?.MessageAttributes ?? {}).sort()).toEqual(['city', 'population']);
    expect(some?.MD5OfMessageAttributes).not.toBe(sent.MD5OfMessageAttributes);
    expect(none).not.toHaveProperty('MessageAttributes');
  });

  it('is received with its trace header and its message group', async () => {
    const AWSTraceHeader = { DataType: 'String', StringValue: 'Root=1-5759e988-bd862e3f' };
    await sqs.send(queue, 'traced', {
      MessageSystemAttributes: { AWSTraceHeader },
      MessageGroupId: 'tenant-1',
    });

    const [message] = await sqs.receive(queue);

    expect(message?.Attributes).toMatchObject({
      AWSTraceHeader: AWSTraceHeader.StringValue,
      MessageGroupId: 'tenant-1',
    });
  });

  it('may have 1 MiB with its attributes, and not a byte more', async () => {
    const body = 'é'.repeat(524_288 - 8); // two bytes each
    const attribute = (StringValue: string) => ({
      MessageAttributes: { size: { DataType: 'String', StringValue } },
    });

    await sqs.send(queue, body, attribute('123456'));
    await expect(sqs.send(queue, body, attribute('1234567'))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: expect.stringContaining('shorter than 1048576 bytes'),
    });

    expect(await sqs.bodies(queue)).toEqual([body]);
  });

  it('is refused with characters that XML does not allow, and without a body', async () => {
    await expect(sqs.send(queue, 'a\u0000b')).rejects.toMatchObject({
      name: 'InvalidMessageContents',
    });
    await expect(sqs.send(queue, '\uD800')).rejects.toThrow();
    await expect(sqs.send(queue, '')).rejects.toMatchObject({ name: 'MissingParameter' });
  });

  it.each([
    ['aws.name', { DataType: 'String', StringValue: 'x' }],
    ['two..dots', { DataType: 'String', StringValue: 'x' }],
    ['list', { DataType: 'List', StringValue: 'x' }],
    ['number', { DataType: 'Number', StringValue: 'many' }],
    ['empty', { DataType: 'String', StringValue: '' }],
  ])('is refused with the attribute %s: %j', async (name, attribute) => {
    const MessageAttributes = { [name]: attribute };

    await expect(sqs.send(queue, 'hello', { MessageAttributes })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });

  it('is refused with what only FIFO queues have', async () => {
    const MessageDeduplicationId = 'once';

    await expect(sqs.send(queue, 'hello', { MessageDeduplicationId })).rejects.toThrow(
      'not valid for this queue type',
    );
  });
});

describe('a batch', () => {
  it('stores its valid messages, and reports an error for each other one', async () => {
    const sent = await sendBatch([
      { Id: 'good', MessageBody: 'good' },
      { Id: 'bad', MessageBody: 'a\u0000b' },
    ]);

    expect(sent.Successful).toMatchObject([{ Id: 'good' }]);
    expect(sent.Failed).toMatchObject([
      { Id: 'bad', Code: 'InvalidMessageContents', SenderFault: true },
    ]);
    expect(await sqs.bodies(queue)).toEqual(['good']);
  });

  it('is refused as a whole when its ids are not distinct or its entries too many', async () => {
    const entries = (ids: string[]) => sendBatch(ids.map((Id) => ({ Id, MessageBody: 'x' })));
    const eleven = Array.from({ length: 11 }, (_, at) => String(at));

    await expect(entries([])).rejects.toMatchObject({ name: 'EmptyBatchRequest' });
    await expect(entries(['a', 'a'])).rejects.toMatchObject({ name: 'BatchEntryIdsNotDistinct' });
    await expect(entries(['a b'])).rejects.toMatchObject({ name: 'InvalidBatchEntryId' });
    await expect(entries(eleven)).rejects.toMatchObject({ name: 'TooManyEntriesInBatchRequest' });
    expect(await sqs.bodies(queue)).toEqual([]);
  });

  it('may have 1 MiB in all', async () => {
    const MessageBody = 'x'.repeat(600_000);

    const sending = sendBatch([
      { Id: 'a', MessageBody },
      { Id: 'b', MessageBody },
    ]);

    await expect(sending).rejects.toMatchObject({ name: 'BatchRequestTooLong' });
    expect(await sqs.bodies(queue)).toEqual([]);
  });

  it('of deletions reports the invalid receipt handles', async () => {
    await sqs.send(queue, 'done');
    const [message] = await sqs.receive(queue);

    const deleted = await sqs.client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queue,
        Entries: [
          { Id: 'mine', ReceiptHandle: message?.ReceiptHandle },
          { Id: 'forged', ReceiptHandle: 'forged' },
        ],
      }),
    );

    expect(deleted.Successful).toEqual([{ Id: 'mine' }]);
    expect(deleted.Failed).toMatchObject([{ Id: 'forged', Code: 'ReceiptHandleIsInvalid' }]);
    expect(await sqs.readAttributes(queue)).toMatchObject({
      ApproximateNumberOfMessagesNotVisible: '0',
    });
  });
});
