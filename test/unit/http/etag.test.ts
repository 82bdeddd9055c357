import { describe, expect, it } from 'vitest';
import { makeEtag, matchesEtag } from '#lib/http/etag.ts';
import { measureCpuTime } from '#test/support/cpu-time.ts';

describe('makeEtag', () => {
  it('is strong, and another for other bytes', () => {
    expect(makeEtag('a')).toMatch(/^"[\w-]{27}"$/);
    expect(makeEtag('a')).toBe(makeEtag(Buffer.from('a')));
    expect(makeEtag('a')).not.toBe(makeEtag('b'));
  });
});

describe('matchesEtag', () => {
  it.each([
    ['*', true],
    [' * ', true],
    ['"a"', true],
    ['W/"a"', true],
    ['"x", "a"', true],
    ['"x",W/"a" , "y"', true],
    ['"with, comma", "a"', true],
    ['"b"', false],
    ['a', false],
    ['', false],
    ['"A"', false],
    [undefined, false],
  ])('finds "a" in %j: %s', (ifNoneMatch, found) => {
    expect(matchesEtag(ifNoneMatch, '"a"')).toBe(found);
  });

  it('takes linear time for a header of quotes', async () => {
    const { answer, cpuMs } = await measureCpuTime(() => matchesEtag('"'.repeat(16_000), '"a"'));

    expect(answer).toBe(false);
    expect(cpuMs).toBeLessThan(200);
  });
});
