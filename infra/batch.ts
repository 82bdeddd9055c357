// npm run batch: a CSV of products, from the upload to the results.
import { runCommand } from './batch/command.ts';

process.exitCode = await runCommand(process.argv.slice(2), process.env, {
  output: process.stdout,
  errors: process.stderr,
});
