import { describe, expect, test } from 'vitest';
import { parseProviderRetryAfter, parseRetryAfter } from '#lib/retry-after.ts';

const malformed = ['', 'soon', '-5', '1e9', 'Sat, 99 Nov', '5 seconds'];

describe('the Retry-After header', () => {
  const parse = (header?: string) => parseRetryAfter(header, new Date('2026-11-21T10:00:00.500Z'));

  test('is read in seconds and rounded up', () => {
    expect(parse('7')).toBe(7);
    expect(parse(' 0.2 ')).toBe(1);
    expect(parse('0')).toBe(0);
  });

  test('is read from an HTTP date', () => {
    expect(parse('Sat, 21 Nov 2026 10:00:42 GMT')).toBe(42);
    expect(parse('Sat, 21 Nov 2026 09:00:00 GMT')).toBe(0);
  });

  test('is limited to a day', () => {
    expect(parse('999999999')).toBe(86_400);
    expect(parse('Sat, 28 Nov 2026 10:00:00 GMT')).toBe(86_400);
  });

  test.each([undefined, ...malformed, '9999999999'])('is ignored when it is %j', (header) => {
    expect(parse(header)).toBeUndefined();
  });
});

describe('the wait that an AI provider asks for', () => {
  const parse = (headers: Record<string, string>, body = '') =>
    parseProviderRetryAfter(new Headers(headers), body, new Date('2026-11-21T10:00:00Z'));

  test('is read from Retry-After in seconds and rounded up', () => {
    expect(parse({ 'retry-after': '7' })).toBe(7);
    expect(parse({ 'retry-after': '0.2' })).toBe(1);
    expect(parse({ 'retry-after': '0' })).toBe(0);
  });

  test('is read from Retry-After as an HTTP date', () => {
    expect(parse({ 'retry-after': 'Sat, 21 Nov 2026 10:00:42 GMT' })).toBe(42);
    expect(parse({ 'retry-after': 'Sat, 21 Nov 2026 09:00:00 GMT' })).toBe(0);
  });

  test('is limited to 15 minutes', () => {
    expect(parse({ 'retry-after': '86400' })).toBe(900);
    expect(parse({ 'retry-after': 'Sun, 22 Nov 2026 10:00:00 GMT' })).toBe(900);
  });

  test('is read from the headers and bodies that single vendors use', () => {
    expect(parse({ 'retry-after-ms': '1500' })).toBe(2);
    expect(parse({}, '{"error":"loading","estimated_time":19.2}')).toBe(20);
    expect(parse({}, '[{"error":{"details":[{"retryDelay": "37s"}]}}]')).toBe(37);
  });

  test('is taken from the header rather than from the body', () => {
    expect(parse({ 'retry-after': '3' }, '{"estimated_time": 60}')).toBe(3);
  });

  test.each(malformed)('is unknown when Retry-After is "%s"', (value) => {
    expect(parse({ 'retry-after': value })).toBeUndefined();
  });
});
