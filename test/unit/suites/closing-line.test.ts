import { describe, expect, it } from 'vitest';
import { parseClosingLine } from '#test/support/closing-line.ts';

describe('the last lines of a test run', () => {
  it('are taken apart into what it said, its suites and its count', () => {
    const output = [
      'RUN',
      'suites:',
      '    12.0 s  unit: 2000 tests in 100 files',
      'slowest files:',
      '     3.0 s  test/unit/a.test.ts',
      'tests: 1999 passed, 1 failed, 0 skipped',
      '',
    ].join('\n');

    expect(parseClosingLine(output)).toEqual({
      shown: output.replace('tests: 1999 passed, 1 failed, 0 skipped\n', ''),
      summary: '    12.0 s  unit: 2000 tests in 100 files\n',
      passed: 1999,
      failed: 1,
      skipped: 0,
    });
  });

  it('count as a failure where the run ended without them', () => {
    expect(parseClosingLine('Segmentation fault\n')).toMatchObject({ passed: 0, failed: 1 });
  });
});
