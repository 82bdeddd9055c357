// npm run deploy:localstack: all of Darkroom deployed to a LocalStack that runs already.

import { runCommandLine } from '#infra/cli/run-command.ts';
import { environmentWith } from '#infra/cli/start/local-settings.ts';
import { deployWithLinks } from '#infra/deploy/deployment.ts';
import { copyProject, project } from '#infra/deploy/serverless.ts';
import { versionAt } from './health.ts';

await runCommandLine('deploy:localstack', async (lane) => {
  const given = environmentWith('.env', project);
  const endpoint = given['AWS_ENDPOINT_URL'] || 'http://127.0.0.1:4566';
  const apiKey = given['API_KEY'] || 'local-key-of-twenty-characters';
  const version = await versionAt(endpoint);
  const service = await deployWithLinks(lane, {
    folder: copyProject(lane),
    stage: 'dev',
    endpoint,
    env: { ...given, API_KEY: apiKey },
  });
  lane.say(`LocalStack ${version} runs ${service.functions} functions`);
  lane.say(`the gallery: ${service.baseUrl}/`);
  lane.say(`the key: X-API-Key: ${apiKey}`);
});
