// npm run redrive: sends messages of the dead-letter queues back to the queues that they came from.
import { openSqs } from '#lib/aws/clients.ts';
import { deadLetters } from './dead-letters.ts';
import { parseCommandLine, runMain, UsageError } from './main.ts';
import { redriveQueue } from './redrive-queue.ts';
import { resolveEndpoint } from './start/resolve-endpoint.ts';

const queues: readonly string[] = deadLetters.map(({ queue }) => queue);
const withoutEffect = deadLetters.filter(({ instead }) => instead);

const help = `npm run redrive -- [queue …] [--stage dev] [--settings .env]

Sends the messages of the dead-letter queues back to their workers, once the cause is gone.
Without names, those of all queues: ${queues.join(', ')}.
A worker does what is still open. What has failed in these queues stays failed: their messages, sent
back, do not change it, and are gone.
${withoutEffect.map(({ queue, instead }) => `  ${queue.padEnd(12)}  ${instead}`).join('\n')}

  --stage <name>     dev (the default) is the embedded stack (SQS_PORT), or what AWS_ENDPOINT_URL or
                     AWS_ENDPOINT_URL_SQS names in your environment or in .env; any other stage is
                     found by AWS credentials and AWS_REGION of your environment
  --settings <file>  where settings are read from, if not from .env
  --help             this text

Exit code: 0 all were sent back, 2 something could not be sent; what was not sent is still there.
`;

const options = {
  stage: { type: 'string', default: 'dev' },
  settings: { type: 'string', default: '.env' },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

await runMain('redrive', async () => {
  const { values, positionals } = parseCommandLine({ options, allowPositionals: true });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const unknown = positionals.filter((name) => !queues.includes(name));
  if (unknown.length > 0)
    throw new UsageError(`There is no queue ${unknown.join(', ')}, only ${queues.join(', ')}.`);

  const sqs = openSqs(resolveEndpoint(values.stage, values.settings)('SQS'));
  for (const { queue, instead } of deadLetters) {
    if (positionals.length > 0 && !positionals.includes(queue)) continue;
    const sent = await redriveQueue(sqs, `darkroom-${values.stage}-${queue}`, (count) =>
      process.stderr.write(`${queue}: ${count} …\n`),
    );
    const hint = sent > 0 && instead ? `. ${instead}` : '';
    process.stdout.write(`${queue}: ${sent} messages sent back${hint}\n`);
  }
  return 0;
});
