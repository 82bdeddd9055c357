import { describe, expect, test } from 'vitest';
import { waitAskedFor } from '#lib/ai/retry-after.ts';

const now = new Date('2026-11-21T10:00:00Z');
const waitFor = (headers: Record<string, string>, body = '') =>
  waitAskedFor(new Headers(headers), body, now);

describe('how long a provider asks us to wait', () => {
  test('is read in seconds, and rounded up', () => {
    expect(waitFor({ 'retry-after': '7' })).toBe(7);
    expect(waitFor({ 'retry-after': '0.2' })).toBe(1);
    expect(waitFor({ 'retry-after': '0' })).toBe(0);
  });

  test('is read from an HTTP date', () => {
    expect(waitFor({ 'retry-after': 'Sat, 21 Nov 2026 10:00:42 GMT' })).toBe(42);
    expect(waitFor({ 'retry-after': 'Sat, 21 Nov 2026 09:00:00 GMT' })).toBe(0);
  });

  test('is at most a quarter of an hour', () => {
    expect(waitFor({ 'retry-after': '86400' })).toBe(900);
    expect(waitFor({ 'retry-after': 'Sun, 22 Nov 2026 10:00:00 GMT' })).toBe(900);
  });

  test('is read from the bodies and headers of vendors that have their own ways', () => {
    expect(waitFor({ 'retry-after-ms': '1500' })).toBe(2);
    expect(waitFor({}, '{"error":"loading","estimated_time":19.2}')).toBe(20);
    expect(waitFor({}, '[{"error":{"details":[{"retryDelay": "37s"}]}}]')).toBe(37);
  });

  test('believes the header rather than the body', () => {
    expect(waitFor({ 'retry-after': '3' }, '{"estimated_time": 60}')).toBe(3);
  });

  test.each(['', 'soon', '-5', '1e9', 'Sat, 99 Nov', '5 seconds'])(
    'is unknown for "%s"',
    (value) => {
      expect(waitFor({ 'retry-after': value })).toBeUndefined();
    },
  );
});
