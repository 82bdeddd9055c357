// npm run test:localstack: the contract and e2e suites on LocalStack, without Docker. First on its
// S3, SQS and DynamoDB with the functions in serverless-offline, then with everything deployed to it.
import { fileURLToPath } from 'node:url';
import { runCommandLine } from '#infra/cli/run-command.ts';
import { deployWithLinks } from '#infra/deploy/deployment.ts';
import { copyProject } from '#infra/deploy/serverless.ts';
import { startHostMode } from '#test/suites/localstack/host-mode.ts';
import { prepareE2eDeployment, prepareE2eOnHost } from './e2e-deployment.ts';
import { freePort } from './free-port.ts';
import { runContractSuite, runE2eSuite } from './suites.ts';

const start = fileURLToPath(new URL('../../infra/localstack/start.ts', import.meta.url));

// LocalStack 4.14 checks neither the signature of a presigned form nor fields that its policy does not
// name, whatever S3_SKIP_SIGNATURE_VALIDATION says, nor the ETags of DeleteObjects. The embedded S3,
// ministack and AWS do.
const gaps = [
  'refuses additional metadata',
  'refuses a forged signature',
  'are deleted conditionally, if they still have the given ETag',
];

await runCommandLine('test:localstack', async (tools) => {
  const stores = await startHostMode(tools, await freePort());
  tools.say(`LocalStack ${stores.version} at ${stores.url}`);
  await runContractSuite(tools, stores.url, gaps);

  const onHost = await prepareE2eOnHost();
  const port = await freePort();
  const stopOffline = await tools.step('starting serverless-offline on it', () =>
    tools.start(process.execPath, ['--initial-heap-size=256', start], {
      env: { ...onHost.settings, AWS_ENDPOINT_URL: stores.url, PORT: String(port) },
      until: 'Darkroom is ready',
    }),
  );
  await runE2eSuite(tools, 'with serverless-offline', {
    baseUrl: `http://127.0.0.1:${port}`,
    endpoint: stores.url,
    deployment: onHost,
  });
  await stopOffline();
  await stores.stop();

  // Another LocalStack, because all that the first one knows is in its memory.
  const { url, version } = await startHostMode(tools, await freePort());
  const deployment = await prepareE2eDeployment(url);
  const { baseUrl, ...counts } = await deployWithLinks(tools, {
    folder: copyProject(tools),
    stage: 'dev',
    endpoint: url,
    env: deployment.settings,
  });
  tools.say(
    `LocalStack ${version} runs ${counts.functions} functions, of ${counts.resources} resources ` +
      `and ${counts.eventSources} event sources, at ${baseUrl}`,
  );
  await runE2eSuite(tools, 'wholly deployed', { baseUrl, endpoint: url, deployment });
});
