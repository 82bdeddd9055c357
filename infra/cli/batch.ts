// npm run batch: uploads a CSV of products and downloads its results.

import { project } from '#infra/deploy/serverless.ts';
import { environmentWith } from '../local/local-settings.ts';
import { runCommand } from './batch/command.ts';

const outputs = { output: process.stdout, errors: process.stderr };
process.exitCode = await runCommand(
  process.argv.slice(2),
  (file) => environmentWith(file, project),
  outputs,
);
