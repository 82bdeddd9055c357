// npm run deploy:localstack: deploys everything to a running LocalStack.
import { runCommandLine } from '#infra/cli/run-command.ts';
import { environmentWith } from '#infra/cli/start/local-settings.ts';
import { deployWithLinks } from '#infra/deploy/deployment.ts';
import { copyProject, project } from '#infra/deploy/serverless.ts';
import { findVersion } from './health.ts';

await runCommandLine('deploy:localstack', async (tools) => {
  const environment = environmentWith('.env', project);
  const endpoint = environment['AWS_ENDPOINT_URL'] || 'http://127.0.0.1:4566';
  const apiKey = environment['API_KEY'] || 'local-key-of-twenty-characters';
  const version = await findVersion(endpoint);
  const service = await deployWithLinks(tools, {
    folder: copyProject(tools),
    stage: 'dev',
    endpoint,
    env: { ...environment, API_KEY: apiKey },
  });
  tools.say(`LocalStack ${version} runs ${service.functions} functions`);
  tools.say(`Gallery: ${service.baseUrl}/`);
  tools.say(`API key (header X-API-Key): ${apiKey}`);
});
