import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

const progressEvery = 500;

/**
 * Sends the messages of `<queueName>-dlq` back to the queue, with their attributes; returns how many.
 * Only those that are there at the start: what fails again meanwhile stays for people to look at.
 * (SQS' own StartMessageMoveTask would move those as well, and not every emulator has it.)
 */
export const redriveQueue = async (
  sqs: SQSClient,
  queueName: string,
  onProgress: (sent: number) => void,
): Promise<number> => {
  const [from, to] = await Promise.all([
    findQueueUrl(sqs, `${queueName}-dlq`),
    findQueueUrl(sqs, queueName),
  ]);
  const total = await countMessages(sqs, from);
  let sent = 0;
  while (sent < total) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: from,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
        WaitTimeSeconds: 1,
      }),
    );
    if (Messages.length === 0) break;
    await Promise.all(Messages.map((message) => sendBack(sqs, message, { from, to })));
    const before = sent;
    sent += Messages.length;
    if (Math.floor(sent / progressEvery) > Math.floor(before / progressEvery)) onProgress(sent);
  }
  return sent;
};

/** Sent before it is deleted: killed in between, a message is there twice, which workers expect. */
const sendBack = async (
  sqs: SQSClient,
  { Body, MessageAttributes, ReceiptHandle }: Message,
  { from, to }: { from: string; to: string },
): Promise<void> => {
  await sqs.send(new SendMessageCommand({ QueueUrl: to, MessageBody: Body, MessageAttributes }));
  await sqs.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle }));
};

const findQueueUrl = async (sqs: SQSClient, QueueName: string): Promise<string> => {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  if (!QueueUrl) throw new Error(`The queue ${QueueName} has no URL.`);
  return QueueUrl;
};

const countMessages = async (sqs: SQSClient, QueueUrl: string): Promise<number> => {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0);
};
