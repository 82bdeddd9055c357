import { defineConfig } from 'vitest/config';
import { closingLine } from './test/support/closing-line.ts';
import { failedFiles } from './test/support/failed-files.ts';
import { suiteTimes } from './test/support/suite-times.ts';

const quiet = { POWERTOOLS_DEV: 'true', POWERTOOLS_LOG_LEVEL: 'SILENT' };

/** Files that share one running stack: one after another, in one process. */
const onOneStack = { isolate: false, fileParallelism: false, testTimeout: 60_000 };
const stackStartsWithinMs = 90_000; // longer than a stack may take to start, which then says why

export default defineConfig({
  test: {
    env: quiet,
    reporters: ['default', suiteTimes, failedFiles, closingLine],
    maxWorkers: 2,
    // On a machine that others use too, a second passes and nothing is wrong.
    expect: { poll: { timeout: 10_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          isolate: false,
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          isolate: false,
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'architecture',
          include: ['test/architecture/**/*.test.ts'],
          isolate: false,
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          // Run by npm run test:template, because packaging takes 50 CPU seconds.
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          testTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'local-cloud',
          include: ['infra/local-cloud/test/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          ...onOneStack,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: 'test/e2e/stack.ts',
          setupFiles: 'test/e2e/setup.ts',
          hookTimeout: stackStartsWithinMs,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...onOneStack,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: 'test/browser/stack.ts',
          hookTimeout: stackStartsWithinMs,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          // Each file starts stacks of its own.
          name: 'start-up',
          include: ['test/start-up/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000, // one stack after the other
          hookTimeout: stackStartsWithinMs,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          // Each has a stack of its own and mostly waits: for leases, visibility timeouts and the sweep.
          hookTimeout: stackStartsWithinMs,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
