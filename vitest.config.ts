import { defineConfig } from 'vitest/config';
import { closingLine } from './test/support/closing-line.ts';

const quiet = { POWERTOOLS_DEV: 'true', POWERTOOLS_LOG_LEVEL: 'SILENT' };

export default defineConfig({
  test: {
    env: quiet,
    reporters: ['default', closingLine],
    // On a machine that others use too, a second passes and nothing is wrong.
    expect: { poll: { timeout: 10_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'architecture',
          include: ['test/architecture/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
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
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: 'test/e2e/stack.ts',
          // One stack, whose stats are compared exactly: one file at a time.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 90_000, // longer than a stack may take to start, which then says why
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          // Each has a stack whose workers it kills: one at a time, or they would starve each other.
          fileParallelism: false,
          hookTimeout: 90_000, // as above
        },
      },
    ],
  },
});
