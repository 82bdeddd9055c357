import { appendFileSync } from 'node:fs';
import type { Reporter } from 'vitest/node';

/** Appends the name of each file with a failure to the file that FAILED_FILES names: .ci/run runs them once more. */
export const failedFiles: Reporter = {
  onTestRunEnd(modules) {
    const list = process.env['FAILED_FILES'];
    if (!list) return;
    const failed = modules.filter((module) => !module.ok());
    appendFileSync(list, failed.map(({ relativeModuleId }) => `${relativeModuleId}\n`).join(''));
  },
};
