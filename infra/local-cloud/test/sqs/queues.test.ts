import {
  DeleteQueueCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  SetQueueAttributesCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import { newFolder, type Sqs, start } from './sqs-fixture.ts';

let sqs: Sqs;
let url: string;
beforeEach(async () => {
  ({ sqs, url } = await start());
});

describe('a queue', () => {
  it('has the URL, the ARN and the defaults that SQS gives it', async () => {
    const queue = await sqs.createQueue('work');

    expect(queue).toBe(`${url}/123456789012/work`);
    expect(await sqs.client.send(new GetQueueUrlCommand({ QueueName: 'work' }))).toMatchObject({
      QueueUrl: queue,
    });
    expect(await sqs.readAttributes(queue)).toMatchObject({
      QueueArn: 'arn:aws:sqs:eu-west-1:123456789012:work',
      VisibilityTimeout: '30',
      DelaySeconds: '0',
      MessageRetentionPeriod: '345600',
      MaximumMessageSize: '1048576',
      ReceiveMessageWaitTimeSeconds: '0',
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '0',
      CreatedTimestamp: expect.stringMatching(/^\d{10}$/),
    });
  });

  it('can be created again with the same attributes, and not with others', async () => {
    const queue = await sqs.createQueue('work', { VisibilityTimeout: '60' });

    expect(await sqs.createQueue('work', { VisibilityTimeout: '60' })).toBe(queue);
    expect(await sqs.createQueue('work')).toBe(queue);
    await expect(sqs.createQueue('work', { VisibilityTimeout: '61' })).rejects.toMatchObject({
      name: 'QueueNameExists',
      message: expect.stringContaining('VisibilityTimeout'),
    });
  });

  it('applies changed attributes, and loses a policy that is set to an empty string', async () => {
    const { queue } = await sqs.createPair('work', 3);
    const set = (Attributes: Record<string, string>) =>
      sqs.client.send(new SetQueueAttributesCommand({ QueueUrl: queue, Attributes }));

    await set({ DelaySeconds: '7', RedrivePolicy: '' });

    const attributes = await sqs.readAttributes(queue);
    expect(attributes['DelaySeconds']).toBe('7');
    expect(attributes).not.toHaveProperty('RedrivePolicy');
  });

  it.each([
    [{ VisibilityTimeout: '43201' }, 'InvalidAttributeValue'],
    [{ DelaySeconds: '1.5' }, 'InvalidAttributeValue'],
    [{ MaximumMessageSize: '1048577' }, 'InvalidAttributeValue'],
    [{ RedrivePolicy: 'not JSON' }, 'InvalidAttributeValue'],
    [{ RedrivePolicy: '{"maxReceiveCount":3}' }, 'InvalidAttributeValue'],
    [{ Color: 'red' }, 'InvalidAttributeName'],
    [{ FifoQueue: 'true' }, 'UnsupportedOperation'],
    [
      {
        RedrivePolicy:
          '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:123456789012:none","maxReceiveCount":3}',
      },
      'InvalidParameterValue',
    ],
  ])('is not created with %j: %s', async (attributes, name) => {
    await expect(sqs.createQueue('work', attributes)).rejects.toMatchObject({ name });
    expect(await sqs.client.send(new ListQueuesCommand({}))).not.toHaveProperty('QueueUrls');
  });

  it('needs a name of letters, digits, hyphens and underscores', async () => {
    const invalid = { name: 'InvalidParameterValue' };

    await expect(sqs.createQueue('a queue')).rejects.toMatchObject(invalid);
    await expect(sqs.createQueue('q'.repeat(81))).rejects.toMatchObject(invalid);
    await expect(sqs.createQueue('work.fifo')).rejects.toMatchObject({
      name: 'UnsupportedOperation',
      message: expect.stringContaining('standard queues only'),
    });
  });

  it('is gone with its messages when it is deleted, also for long polls in progress', async () => {
    const queue = await sqs.createQueue('work');
    const waiting = sqs.receive(queue, { WaitTimeSeconds: 20 });
    const rejected = expect(waiting).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
    await sqs.readAttributes(queue); // answered after the receiver has begun to wait

    await sqs.client.send(new DeleteQueueCommand({ QueueUrl: queue }));

    await rejected;
    await expect(sqs.send(queue, 'late')).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
    await sqs.createQueue('work');
    expect(await sqs.bodies(queue)).toEqual([]);
  });

  it('is empty when it is purged, of messages in flight and delayed ones too', async () => {
    const queue = await sqs.createQueue('work');
    await sqs.send(queue, 'in flight');
    await sqs.receive(queue);
    await sqs.send(queue, 'delayed', { DelaySeconds: 60 });
    await sqs.send(queue, 'visible');

    await sqs.client.send(new PurgeQueueCommand({ QueueUrl: queue }));

    expect(await sqs.readAttributes(queue)).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '0',
    });
  });
});

describe('the list of queues', () => {
  it('comes in pages, and by prefix', async () => {
    for (const name of ['b-2', 'a-1', 'b-1', 'b-3']) await sqs.createQueue(name);
    const list = (input: ConstructorParameters<typeof ListQueuesCommand>[0]) =>
      sqs.client.send(new ListQueuesCommand({ QueueNamePrefix: 'b-', ...input }));
    const names = (urls: string[] = []) => urls.map((one) => one.split('/').at(-1));

    const first = await list({ MaxResults: 2 });
    const second = await list({ MaxResults: 2, NextToken: first.NextToken });

    expect(names(first.QueueUrls)).toEqual(['b-1', 'b-2']);
    expect(names(second.QueueUrls)).toEqual(['b-3']);
    expect(second.NextToken).toBeUndefined();
    expect(names((await list({})).QueueUrls)).toEqual(['b-1', 'b-2', 'b-3']);
  });

  it('includes the source queues of a dead-letter queue', async () => {
    const { queue, deadLetters } = await sqs.createPair('work', 3);

    const listed = await sqs.client.send(
      new ListDeadLetterSourceQueuesCommand({ QueueUrl: deadLetters }),
    );

    expect(listed.queueUrls).toEqual([queue]);
  });
});

describe('tags of a queue', () => {
  it('are added, replaced and removed, and survive a restart', async () => {
    const folder = newFolder();
    const first = await start({ folder });
    const QueueUrl = await first.sqs.createQueue('tagged');
    const Tags = { team: 'images', cost: 'low' };
    await first.sqs.client.send(new TagQueueCommand({ QueueUrl, Tags }));
    await first.sqs.client.send(new TagQueueCommand({ QueueUrl, Tags: { cost: 'high' } }));
    await first.sqs.client.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['team'] }));
    await first.stop();

    const second = await start({ folder });

    expect(await second.sqs.client.send(new ListQueueTagsCommand({ QueueUrl }))).toMatchObject({
      Tags: { cost: 'high' },
    });
  });
});
