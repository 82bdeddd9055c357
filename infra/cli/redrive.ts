import { parseArgs } from 'node:util';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { openSqs } from '#lib/aws/clients.ts';
import { deadLetters } from './dead-letters.ts';
import { resolveEndpoint } from './start/resolve-endpoint.ts';

const workers: readonly string[] = deadLetters.map(({ queue }) => queue);

const final = deadLetters.filter(({ instead }) => instead);
const help = `npm run redrive -- [queue …] [--stage dev] [--settings .env]

Sends the messages of the dead-letter queues back to their workers, once the cause is gone.
Without names, all queues: ${workers.join(', ')}.
A worker does what is still open. What has failed in these queues stays failed: their messages, sent
back, do not change it, and are gone.
${final.map(({ queue, instead }) => `  ${queue.padEnd(12)}  ${instead}`).join('\n')}
Stage dev is the embedded stack (SQS_PORT), or what AWS_ENDPOINT_URL or AWS_ENDPOINT_URL_SQS names in your
environment or in .env. Any other stage is found by the AWS credentials and AWS_REGION of your environment
alone.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    stage: { type: 'string', default: 'dev' },
    settings: { type: 'string', default: '.env' },
    help: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((name) => !workers.includes(name));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`There is no queue ${unknown.join(', ')}.\n`);
  console.log(help);
  process.exit(unknown.length > 0 ? 2 : 0);
}

const sqs = openSqs(resolveEndpoint(values.stage, values.settings)('SQS'));

const urlOf = async (name: string): Promise<string> => {
  const QueueName = `darkroom-${values.stage}-${name}`;
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  if (!QueueUrl) throw new Error(`The queue ${QueueName} has no URL.`);
  return QueueUrl;
};

const depthOf = async (QueueUrl: string): Promise<number> => {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  );
  return Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0);
};

/** Sent first and deleted then: killed in between, a message is there twice, which workers expect. */
const redrive = async (name: string): Promise<number> => {
  const [from, to] = await Promise.all([urlOf(`${name}-dlq`), urlOf(name)]);
  // Only what lies there now: what fails again while we go on stays for people to look at.
  const waiting = await depthOf(from);
  let moved = 0;
  while (moved < waiting) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: from, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    if (Messages.length === 0) break;
    await Promise.all(
      Messages.map(async ({ Body, ReceiptHandle }) => {
        await sqs.send(new SendMessageCommand({ QueueUrl: to, MessageBody: Body }));
        await sqs.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle }));
      }),
    );
    moved += Messages.length;
  }
  return moved;
};

for (const { queue, instead } of deadLetters) {
  if (positionals.length > 0 && !positionals.includes(queue)) continue;
  const moved = await redrive(queue);
  console.log(`${queue}: ${moved} messages sent back${moved > 0 && instead ? `. ${instead}` : ''}`);
}
