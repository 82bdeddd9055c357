// npx local-cloud template.yml: S3, SQS and DynamoDB with what a template names, and nothing else.
import { resolve } from 'node:path';
import { collectGarbage, garbageAfterMs } from '../launcher/collect-garbage.ts';
import { PortTakenError, startLocalCloud } from '../start-local-cloud.ts';
import { readTemplate } from '../template/read-template.ts';
import { TemplateError } from '../template/template.ts';
import { type Arguments, help, readArguments, UsageError } from './arguments.ts';
import { describeLocalCloud } from './banner.ts';

const accountId = '000000000000'; // the one that emulators pretend to be

const run = async (given: Arguments): Promise<void> => {
  const template = readTemplate(given.template);
  const folder = resolve(given.data);
  const region = process.env['AWS_REGION'] || 'us-east-1';
  const secretAccessKey = process.env['AWS_SECRET_ACCESS_KEY'] || 'local';
  const starting = startLocalCloud({
    ...given,
    template,
    folder,
    region,
    accountId,
    secretAccessKey,
  });
  stopWhenAsked(async () => (await starting.catch(() => undefined))?.stop());
  const cloud = await starting;
  const facts = { region, secretAccessKey, folder, host: given.host, ms: performance.now() };
  console.log(describeLocalCloud(cloud, facts));
  collectGarbage(garbageAfterMs);
};

const stopWithinMs = 5000;

/** At SIGINT, SIGTERM and SIGHUP, and when the process that started this one has gone. */
const stopWhenAsked = (stop: () => Promise<void>): void => {
  let isStopping = false;
  const end = async () => {
    if (isStopping) return; // npm and the terminal may both pass on the same Ctrl-C
    isStopping = true;
    setTimeout(() => process.exit(1), stopWithinMs).unref();
    await stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  process.on('disconnect', end);
};

/** 2 for what the person can write otherwise, 1 for everything else. */
const refuse = (error: unknown): never => {
  const isInput = error instanceof UsageError || error instanceof TemplateError;
  console.error(explain(error));
  process.exit(isInput ? 2 : 1);
};

const explain = (error: unknown): string => {
  if (error instanceof PortTakenError)
    return `${error.message} Choose another by --${error.service}-port.`;
  const message = error instanceof Error ? error.message : String(error);
  return /database is locked/.test(message)
    ? 'Another process uses the data folder: stop it, or choose another folder by --data.'
    : message;
};

try {
  const given = readArguments(process.argv.slice(2));
  if (given === 'help') console.log(help);
  else await run(given);
  if (given === 'help') process.disconnect?.();
} catch (error) {
  refuse(error);
}
