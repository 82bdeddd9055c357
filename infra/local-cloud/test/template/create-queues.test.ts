import { describe, expect, it, onTestFinished } from 'vitest';
import { startSqs } from '../../emulators/sqs/start-sqs.ts';
import { openAws } from '../../template/call-aws.ts';
import { createQueues } from '../../template/create-queues.ts';
import type { Queue } from '../../template/resource-schemas.ts';

const account = { region: 'eu-north-1', accountId: '123456789012' };
const start = async () => {
  const sqs = await startSqs({ port: 0, ...account });
  onTestFinished(sqs.stop);
  const call = openAws(sqs.url, account);
  const readAttributes = async (name: string) => {
    const QueueUrl = `${sqs.url}/${account.accountId}/${name}`;
    const input = { QueueUrl, AttributeNames: ['All'] };
    const answer = await call('AmazonSQS.GetQueueAttributes', input);
    return (answer as { Attributes: Record<string, string> }).Attributes;
  };
  return { call, readAttributes };
};
const redriveTo = (name: string) =>
  JSON.stringify({
    deadLetterTargetArn: `arn:aws:sqs:eu-north-1:123456789012:${name}`,
    maxReceiveCount: 8,
  });
const queue = (QueueName: string, attributes: Record<string, string> = {}): Queue => ({
  QueueName,
  attributes,
  tags: {},
});

describe('creating queues', () => {
  it('creates dead-letter queues before those that name them', async () => {
    const { call, readAttributes } = await start();
    const RedrivePolicy = redriveTo('work-dlq');

    await createQueues(
      [
        queue('first', { RedrivePolicy: redriveTo('work') }),
        queue('work', { RedrivePolicy, VisibilityTimeout: '180' }),
        queue('work-dlq'),
      ],
      call,
    );

    expect(await readAttributes('work')).toMatchObject({ RedrivePolicy, VisibilityTimeout: '180' });
    expect(await readAttributes('first')).toMatchObject({ RedrivePolicy: redriveTo('work') });
  });

  it('applies a shorter visibility timeout to existing queues, and reverts it', async () => {
    const { call, readAttributes } = await start();
    const queues = [queue('work', { VisibilityTimeout: '180' })];
    await createQueues(queues, call);

    await createQueues(queues, call, 5);
    expect((await readAttributes('work'))['VisibilityTimeout']).toBe('5');

    await createQueues(queues, call);
    expect((await readAttributes('work'))['VisibilityTimeout']).toBe('180');
  });

  it('updates the tags of an existing queue', async () => {
    const { call } = await start();
    await createQueues([queue('work')], call);

    const made = await createQueues([{ ...queue('work'), tags: { team: 'images' } }], call).then(
      () => call('AmazonSQS.GetQueueUrl', { QueueName: 'work' }),
    );

    expect(await call('AmazonSQS.ListQueueTags', made as { QueueUrl: string })).toEqual({
      Tags: { team: 'images' },
    });
  });

  it('fails with the error of SQS where a dead-letter queue is missing', async () => {
    const { call } = await start();
    const queues = [queue('work', { RedrivePolicy: redriveTo('missing') })];

    await expect(createQueues(queues, call)).rejects.toThrow('Dead letter target does not exist');
  });
});
