import { UsageError } from '../main.ts';
import { type EnvironmentWith, help, readOptions } from './options.ts';
import { type ExitCode, type Outputs, runBatch } from './run-batch.ts';

/** `npm run batch` with these arguments; never throws. */
export const runCommand = async (
  args: string[],
  environmentWith: EnvironmentWith,
  outputs: Outputs,
): Promise<ExitCode> => {
  try {
    const options = readOptions(args, environmentWith);
    if (options) return await runBatch(options, outputs);
    outputs.output.write(help);
    return 0;
  } catch (error) {
    outputs.errors.write(`${error instanceof Error ? error.message : error}\n`);
    if (!(error instanceof UsageError)) return 1;
    outputs.errors.write('See npm run batch -- --help\n');
    return 2;
  }
};
