// npm run test:template: packages the service for production, tests its zips and its template
// (test/package), and has cfn-lint read the template, without the CDN and with it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '#infra/cli/run-command.ts';
import { packageService } from '#infra/deploy/serverless.ts';
import { pythonPrograms } from './python.ts';
import { runPackageSuite } from './suites.ts';

await runCommandLine('test:template', async (tools) => {
  await runPackageSuite(tools);
  const programs = await pythonPrograms(tools, 'cfn-lint.txt');
  for (const params of [[], ['cdn=true']]) {
    const folder = mkdtempSync(join(tmpdir(), 'darkroom-template-'));
    tools.onEnd(() => rmSync(folder, { recursive: true, force: true }));
    await packageService(tools, { folder, stage: 'prod', params }, {});
    const template = join(folder, 'cloudformation-template-update-stack.json');
    await tools.step('cfn-lint', () => tools.run(join(programs, 'cfn-lint'), [template]));
  }
});
