import {
  CancelMessageMoveTaskCommand,
  ListMessageMoveTasksCommand,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Sqs, start } from './sqs-fixture.ts';

let sqs: Sqs;
let queue: string;
let deadLetters: string;
let SourceArn: string;
beforeEach(async () => {
  ({ sqs } = await start());
  const pair = await sqs.createPair('work', 2, { VisibilityTimeout: '0' });
  ({ queue, deadLetters, deadLettersArn: SourceArn } = pair);
});

/** Sends a message and receives it as often as its queue allows, and once more. */
const giveUp = async (body: string, url = queue) => {
  const { MessageId } = await sqs.send(url, body);
  for (const expected of [[body], [body], []]) expect(await sqs.bodies(url)).toEqual(expected);
  return MessageId;
};

describe('a message that was received too often', () => {
  it('moves to the dead-letter queue with all that it carries', async () => {
    const attribute = { DataType: 'String', StringValue: 'a request' };
    await sqs.send(queue, 'poison', { MessageAttributes: { from: attribute } });
    const [first] = await sqs.receive(queue);
    await sqs.receive(queue);

    expect(await sqs.receive(queue)).toEqual([]);

    expect(await sqs.receive(deadLetters)).toMatchObject([
      {
        Body: 'poison',
        MessageId: first?.MessageId,
        MessageAttributes: { from: { StringValue: 'a request' } },
        Attributes: {
          // Amazon SQS API Reference, ReceiveMessage: "across all queues".
          ApproximateReceiveCount: '3',
          SentTimestamp: first?.Attributes?.SentTimestamp,
          DeadLetterQueueSourceArn: 'arn:aws:sqs:eu-west-1:123456789012:work',
        },
      },
    ]);
  });

  it('wakes a long poll of the dead-letter queue', async () => {
    await sqs.send(queue, 'poison');
    await sqs.receive(queue);
    await sqs.receive(queue);
    const waiting = sqs.bodies(deadLetters, { WaitTimeSeconds: 20 });

    await sqs.receive(queue);

    expect(await waiting).toEqual(['poison']);
  });

  it('moves on from a dead-letter queue that has a redrive policy of its own', async () => {
    const { queue: middle, deadLetters: last } = await sqs.createPair('middle', 2, {
      VisibilityTimeout: '0',
    });
    const { QueueArn } = await sqs.readAttributes(middle);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: QueueArn, maxReceiveCount: 2 });
    const first = await sqs.createQueue('first', { RedrivePolicy, VisibilityTimeout: '0' });

    await giveUp('poison', first);

    for (const expected of [['poison'], ['poison'], []])
      expect(await sqs.bodies(middle)).toEqual(expected);
    expect(await sqs.bodies(last)).toEqual(['poison']);
  });

  it('does not loop between two queues that are the dead-letter queues of each other', async () => {
    const { QueueArn: here } = await sqs.readAttributes(queue);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: here, maxReceiveCount: 2 });
    await sqs.client.send(
      new SetQueueAttributesCommand({ QueueUrl: deadLetters, Attributes: { RedrivePolicy } }),
    );
    await sqs.send(queue, 'poison');
    await sqs.receive(queue);
    await sqs.receive(queue);
    const waiting = [queue, deadLetters].map((url) => sqs.bodies(url, { WaitTimeSeconds: 1 }));

    expect((await Promise.all(waiting)).flat()).toEqual(['poison']);
  });

  it('does not delay other messages', async () => {
    await sqs.send(queue, 'poison');
    await sqs.receive(queue);
    await sqs.receive(queue);
    await sqs.send(queue, 'good');

    expect(await sqs.bodies(queue, { MaxNumberOfMessages: 1 })).toEqual(['good']);
    expect(await sqs.bodies(deadLetters)).toEqual(['poison']);
  });

  it('cannot be deleted by the receipt handle it had before', async () => {
    await sqs.send(queue, 'poison');
    await sqs.receive(queue);
    const [last] = await sqs.receive(queue);
    await sqs.receive(queue);

    await sqs.delete(queue, last?.ReceiptHandle);

    expect(await sqs.bodies(deadLetters)).toEqual(['poison']);
  });
});

describe('a redrive', () => {
  const start = (DestinationArn?: string) =>
    sqs.client.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn }));

  it('sends dead letters back to where they came from, as new messages', async () => {
    const id = await giveUp('poison');
    await sqs.send(deadLetters, 'put here by hand');

    await start();

    const [again] = await sqs.receive(queue);
    expect(again).toMatchObject({ Body: 'poison', Attributes: { ApproximateReceiveCount: '1' } });
    expect(again?.MessageId).not.toBe(id);
    expect(await sqs.bodies(deadLetters)).toEqual(['put here by hand']);
  });

  it('sends everything to one queue when it names one', async () => {
    await giveUp('poison');
    await sqs.send(deadLetters, 'put here by hand');
    const other = await sqs.createQueue('other');
    const { QueueArn } = await sqs.readAttributes(other);

    await start(QueueArn);

    expect((await sqs.bodies(other)).sort()).toEqual(['poison', 'put here by hand']);
    expect(await sqs.bodies(deadLetters)).toEqual([]);
  });

  it('is listed with the count of moved messages, and is complete when the call returns', async () => {
    await giveUp('poison');
    const { TaskHandle } = await start();
    await start();

    const { Results } = await sqs.client.send(
      new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 10 }),
    );

    expect(Results?.map((task) => task.ApproximateNumberOfMessagesMoved)).toEqual([0, 1]);
    expect(Results?.[0]).toMatchObject({ Status: 'COMPLETED', SourceArn });
    await expect(
      sqs.client.send(new CancelMessageMoveTaskCommand({ TaskHandle })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('is refused from a queue that takes no dead letters, and from one that is not there', async () => {
    const { QueueArn } = await sqs.readAttributes(queue);
    const from = (arn: string | undefined) =>
      sqs.client.send(new StartMessageMoveTaskCommand({ SourceArn: arn }));

    await expect(from(QueueArn)).rejects.toThrow('must be configured as a Dead Letter Queue');
    await expect(from(`${QueueArn}-not`)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
