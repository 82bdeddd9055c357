import type { Reporter } from 'vitest/node';

export type Counts = { passed: number; failed: number; skipped: number };

/** The count of a run in one plain line, which a machine finds in any log: .ci/run adds them up. */
export const printClosingLine = ({ passed, failed, skipped }: Counts): void => {
  process.stdout.write(`tests: ${passed} passed, ${failed} failed, ${skipped} skipped\n`);
};

/** Ends a run with its count. */
export const closingLine: Reporter = {
  onTestRunEnd(modules) {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules)
      for (const test of module.children.allTests()) counts[test.result().state]++;
    const { passed, failed, skipped, pending } = counts;
    printClosingLine({ passed, failed: failed + pending, skipped });
  },
};

/**
 * Takes the last lines of a run apart: what it said before (`shown`), its suites with their times
 * (`summary`, see suite-times.ts) and its count. A run that ended without a count counts as a failure.
 */
export const parseClosingLine = (output: string): Counts & { shown: string; summary: string } => {
  const line = /^tests: (\d+) passed, (\d+) failed, (\d+) skipped\n/m;
  const [found, passed, failed, skipped] = line.exec(output) ?? [];
  if (!found) return { shown: output, summary: '', passed: 0, failed: 1, skipped: 0 };
  const [, summary = ''] = /^suites:\n((?:.* s {2}.*\n)+)/m.exec(output) ?? [];
  const counts = { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) };
  return { shown: output.replace(line, ''), summary, ...counts };
};
