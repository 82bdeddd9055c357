import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startSqs } from '#infra/local/emulators/sqs.ts';
import { PersistenceManager } from '../../../node_modules/fauxqs/dist/persistence.js';
import { someFolder, startKillable } from './killable.ts';
import { sqsClientOf } from './sqs-client.ts';

const start = async (folder = someFolder()) => {
  const running = await startSqs({ port: 0, folder });
  onTestFinished(running.stop);
  return { ...running, sqs: sqsClientOf(running.url) };
};
const receive = async (sqs: SQSClient, QueueUrl: string) => {
  const asked = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] };
  return (await sqs.send(new ReceiveMessageCommand(asked))).Messages ?? [];
};
const bodiesOf = async (sqs: SQSClient, QueueUrl: string) =>
  (await receive(sqs, QueueUrl)).map(({ Body }) => Body);

/** Two queues, and in the first a message that was given once, which is as often as it may be. */
const spentMessage = async (sqs: SQSClient) => {
  const deadUrl = (await sqs.send(new CreateQueueCommand({ QueueName: 'dead' }))).QueueUrl ?? '';
  const { Attributes: { QueueArn = '' } = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: deadUrl, AttributeNames: ['QueueArn'] }),
  );
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: QueueArn, maxReceiveCount: 1 });
  const Attributes = { RedrivePolicy, VisibilityTimeout: '0' };
  const created = await sqs.send(new CreateQueueCommand({ QueueName: 'alive', Attributes }));
  const url = created.QueueUrl ?? '';
  const MessageAttributes = { from: { DataType: 'String', StringValue: 'somebody' } };
  await sqs.send(
    new SendMessageCommand({ QueueUrl: url, MessageBody: 'poison', MessageAttributes }),
  );
  expect(await bodiesOf(sqs, url)).toEqual(['poison']);
  return { url, deadUrl };
};
/** The next message to be stored finds no room on the disk. */
const noRoomForOne = () => {
  const full = vi.spyOn(PersistenceManager.prototype, 'insertMessage');
  full.mockImplementationOnce(() => {
    throw new Error('database or disk is full');
  });
  onTestFinished(() => full.mockRestore());
};

test('keeps a message that is killed on its way to the dead letters', async () => {
  const folder = someFolder();
  const dying = await startKillable('dying-sqs', folder);
  const before = sqsClientOf(dying.url);
  const { url, deadUrl } = await spentMessage(before);

  await expect(receive(before, url)).rejects.toThrow();
  await dying.kill();

  const { sqs } = await start(folder);
  expect(await bodiesOf(sqs, url)).toEqual([]);
  expect(await bodiesOf(sqs, deadUrl)).toEqual(['poison']);
});

test('moves a message to the dead letters once, over a restart too', async () => {
  const folder = someFolder();
  const first = await start(folder);
  const { url, deadUrl } = await spentMessage(first.sqs);

  const given = await bodiesOf(first.sqs, url);
  await first.stop();

  const { sqs } = await start(folder);
  expect(given).toEqual([]);
  expect(await bodiesOf(sqs, url)).toEqual([]);
  expect(await receive(sqs, deadUrl)).toMatchObject([
    { Body: 'poison', MessageAttributes: { from: { StringValue: 'somebody' } } },
  ]);
});

test('keeps a message that has no room among the dead letters, and moves it when it has', async () => {
  const { sqs } = await start();
  const { url, deadUrl } = await spentMessage(sqs);
  noRoomForOne();

  await expect(receive(sqs, url)).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });

  expect(await bodiesOf(sqs, deadUrl)).toEqual([]);
  expect(await bodiesOf(sqs, url)).toEqual([]);
  expect(await bodiesOf(sqs, deadUrl)).toEqual(['poison']);
});
