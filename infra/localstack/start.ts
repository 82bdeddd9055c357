// npm run start:localstack: functions on this machine; S3, SQS and DynamoDB on LocalStack.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { humanLine } from '#infra/cli/logs/human-line.ts';
import { runCommandLine } from '#infra/cli/run-command.ts';
import { hostEnvironment, loopbackUrl } from '#infra/cli/start/environments.ts';
import { environmentWith, readLocalSettings } from '#infra/cli/start/local-settings.ts';
import { withOwnSecrets } from '#infra/cli/start/own-secrets.ts';
import { bundleFunctions } from '#infra/deploy/bundle.ts';
import { emulatorEnvironment, packageService, project } from '#infra/deploy/serverless.ts';
import type { FromHost } from '#infra/local-cloud/host/host-messages.ts';
import { startHostProcess } from '#infra/local-cloud/host/host-process.ts';
import { logLine, parseLogLine } from '#infra/local-cloud/launcher/log-line.ts';
import { checkPorts } from '#infra/local-cloud/launcher/ports.ts';
import { findVersion } from './health.ts';
import {
  applyStack,
  listStackResources,
  openCloudFormation,
  refuseUnknown,
  storesIn,
} from './stack.ts';

const withoutUndefined = (environment: Record<string, string | undefined>) =>
  Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => !!entry[1]),
  );

const say = (text: string) => process.stdout.write(`${text}\n`);

await runCommandLine('start:localstack', async (tools) => {
  const given = environmentWith('.env', project);
  const endpoint = given['AWS_ENDPOINT_URL'] || 'http://127.0.0.1:4566';
  const version = await findVersion(endpoint);
  tools.say(`LocalStack ${version} at ${endpoint}`);
  const settings = readLocalSettings({ ...given, ...withoutUndefined(emulatorEnvironment) });
  await checkPorts(
    [{ port: settings.PORT, setting: 'PORT', serves: 'the API' }],
    'npm run start:localstack',
  );
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-start-'));
  tools.onEnd(() => rmSync(folder, { recursive: true, force: true }));

  const packaged = await packageService(
    tools,
    { folder: join(folder, 'package'), stage: 'dev' },
    { ...given, AWS_ENDPOINT_URL: undefined },
  );
  const cloudFormation = openCloudFormation(endpoint);
  const stackName = 'darkroom-dev-stores';
  await tools.step('creating the resources', () =>
    applyStack(cloudFormation, stackName, storesIn(packaged)),
  );
  const resources = await listStackResources(cloudFormation, stackName);
  refuseUnknown(resources);
  tools.say(`${resources.length} resources by CloudFormation`);

  const inOwnFolder = (...path: string[]) => join(project, '.serverless', 'localstack', ...path);
  const buildFolder = inOwnFolder('build');
  mkdirSync(buildFolder, { recursive: true });
  const environment = {
    ...hostEnvironment(settings, withOwnSecrets(given, { in: inOwnFolder })),
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ENDPOINT_URL_SSM: endpoint,
  };
  const ready = Promise.withResolvers<void>();
  const handleMessage = async (message: FromHost) => {
    if (message.kind === 'ready') ready.resolve();
    if (message.kind === 'failed') ready.reject(new Error(message.reason));
    if (message.kind !== 'template') return;
    const { handlers } = message;
    await bundleFunctions(handlers, { project, outFolder: buildFolder }).catch(ready.reject);
    host.send({ kind: 'prepared' });
  };
  const host = startHostProcess(
    project,
    environment,
    {
      port: settings.PORT,
      buildFolder,
      sqsUrl: endpoint,
      dynamodbUrl: endpoint,
      checkpointFile: join(folder, 'checkpoints.db'),
      region: settings.AWS_REGION,
      accountId: '000000000000',
      workers: settings.WORKERS,
    },
    {
      onMessage: (message) => void handleMessage(message),
      onLine: (text) => {
        const line = parseLogLine(text) ?? logLine('INFO', text);
        if (text.trim() !== '') say(humanLine(line, { colour: process.stdout.isTTY }));
      },
      onComplaint: (text) => say(text),
    },
  );
  tools.onEnd(() => host.stop());
  const crashed = host.ended.then((how) => {
    throw new Error(`The process of the functions ${how}`);
  });
  await Promise.race([ready.promise, crashed]);
  say(`Darkroom is ready on LocalStack ${version}: ${loopbackUrl(settings.PORT)}`);
  await crashed;
});
