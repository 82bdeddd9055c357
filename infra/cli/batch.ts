// npm run batch: uploads a CSV of products and downloads its results.

import { project } from '#infra/deploy/serverless.ts';
import { runCommand } from './batch/command.ts';
import { environmentWith } from './start/local-settings.ts';

const outputs = { output: process.stdout, errors: process.stderr };
process.exitCode = await runCommand(
  process.argv.slice(2),
  (file) => environmentWith(file, project),
  outputs,
);
