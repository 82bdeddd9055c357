import { describe, expect, test } from 'vitest';
import { retryAfterOf } from '#lib/retry-after.ts';

const waitFor = (header?: string) => retryAfterOf(header, new Date('2026-11-21T10:00:00.500Z'));

describe('how long a server asks us to wait', () => {
  test('is read in seconds, and rounded up', () => {
    expect(waitFor('7')).toBe(7);
    expect(waitFor(' 0.2 ')).toBe(1);
    expect(waitFor('0')).toBe(0);
  });

  test('is read from an HTTP date', () => {
    expect(waitFor('Sat, 21 Nov 2026 10:00:42 GMT')).toBe(42);
    expect(waitFor('Sat, 21 Nov 2026 09:00:00 GMT')).toBe(0);
  });

  test('is at most a day', () => {
    expect(waitFor('999999999')).toBe(86_400);
    expect(waitFor('Sat, 28 Nov 2026 10:00:00 GMT')).toBe(86_400);
  });

  test.each([undefined, '', 'soon', '-5', '1e9', 'Sat, 99 Nov', '5 seconds', '9999999999'])(
    'is unknown for %j',
    (header) => {
      expect(waitFor(header)).toBeUndefined();
    },
  );
});
