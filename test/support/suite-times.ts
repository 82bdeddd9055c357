import type { Reporter, TestModule } from 'vitest/node';

type Span = { startedAt: number; endedAt: number };

const spans = new Map<string, Span>();

/** Before its end a run says which suites it has run, how long each took, and its slowest files. */
export const suiteTimes: Reporter = {
  onTestModuleQueued({ project }) {
    const now = performance.now();
    if (!spans.has(project.name)) spans.set(project.name, { startedAt: now, endedAt: now });
  },
  onTestModuleEnd({ project }) {
    const span = spans.get(project.name);
    if (span) span.endedAt = performance.now();
  },
  onTestRunEnd(modules) {
    const suites = Map.groupBy(modules, ({ project }) => project.name);
    const lines = [...suites].map(([name, files]) => {
      const tests = files.reduce((sum, file) => sum + [...file.children.allTests()].length, 0);
      const { startedAt = 0, endedAt = 0 } = spans.get(name) ?? {};
      return `${seconds(endedAt - startedAt)}  ${name}: ${tests} tests in ${files.length} files`;
    });
    const slowest = modules.toSorted((a, b) => durationMs(b) - durationMs(a)).slice(0, 5);
    const files = slowest.map((file) => `${seconds(durationMs(file))}  ${file.relativeModuleId}`);
    process.stdout.write(`\nsuites:\n${lines.join('\n')}\nslowest files:\n${files.join('\n')}\n`);
  },
};

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`.padStart(8);

const durationMs = (file: TestModule): number => {
  const { setupDuration, collectDuration, duration } = file.diagnostic();
  return setupDuration + collectDuration + duration;
};
