// npm test: every suite but the faults and the package, in three lists that take about as long: the suites
// that use a stack wait so often that three keep two cores busy. Each of these has a stack of its own.
// With arguments it is one run of vitest with these: npm test -- test/unit/images
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseClosingLine, printClosingLine } from './support/closing-line.ts';

const vitest = join(
  dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
  'vitest.mjs',
);

/** Side by side: three lists of runs of vitest, by the projects of each; test/README.md has their seconds. */
const sideBySide = [
  [['unit', 'contract', 'architecture'], ['local-cloud']],
  [['e2e'], ['start-up']],
  [['browser']],
] as const;

const run = async (args: readonly string[], onOutput: (text: string) => void): Promise<number> => {
  const colour = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};
  const child = spawn(process.execPath, [vitest, 'run', ...args], {
    stdio: ['inherit', 'pipe', 'pipe'],
    env: { ...colour, ...process.env },
  });
  child.stdout.setEncoding('utf8').on('data', onOutput);
  child.stderr.setEncoding('utf8').on('data', onOutput);
  const [code] = await once(child, 'close');
  return code ?? 1;
};

const given = process.argv.slice(2);
if (given.length > 0) {
  const args = [vitest, 'run', '--project=!faults', '--project=!package', ...given];
  const [code] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'close');
  process.exit(code ?? 1);
}

const startedAt = performance.now();
const counts = { passed: 0, failed: 0, skipped: 0 };
const summaries: string[] = [];
let failed = false;

/** What a run says is shown when it has ended, or two would write into each other. */
const runProjects = async (projects: readonly string[]): Promise<void> => {
  let output = '';
  const args = projects.map((name) => `--project=${name}`);
  const code = await run(args, (text) => {
    output += text;
  });
  const { shown, summary, ...added } = parseClosingLine(output);
  process.stdout.write(shown);
  summaries.push(summary);
  for (const key of ['passed', 'failed', 'skipped'] as const) counts[key] += added[key];
  failed ||= code !== 0;
};

await Promise.all(
  sideBySide.map(async (runs) => {
    for (const projects of runs) await runProjects(projects);
  }),
);
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
process.stdout.write(`\nsuites:\n${summaries.join('')}all of them took ${seconds} s\n`);
printClosingLine(counts);
process.exit(failed ? 1 : 0);
