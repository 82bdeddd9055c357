import { describe, expect, test } from 'vitest';
import { isExpired, isSignedBy, parseSecrets, sign } from '#lib/delivery/signature.ts';

const secret = 'a-secret-of-sixteen';
const older = 'an-older-one-of-sixteen';
const link = { imageId: 'abc', preset: 'large', v: 'v1', e: '' };

describe('signature', () => {
  test('a link verifies under the secret that signed it, and under no other', () => {
    expect(isSignedBy(link, sign(link, secret), [secret])).toBe(true);
    expect(isSignedBy(link, sign(link, secret), [older])).toBe(false);
    expect(isSignedBy(link, sign(link, secret), [])).toBe(false);
  });

  test('after a rotation old links verify until their secret is removed', () => {
    const old = sign(link, older);
    expect(isSignedBy(link, old, [secret, older])).toBe(true);
    expect(isSignedBy(link, old, [secret])).toBe(false);
  });

  test.each([
    ['another image', { ...link, imageId: 'abd' }],
    ['another preset', { ...link, preset: 'small' }],
    ['another version', { ...link, v: 'v2' }],
    ['no version', { ...link, v: '' }],
    ['an end it did not have', { ...link, e: '99999999999' }],
  ])('a link altered to %s does not verify', (_, altered) => {
    expect(isSignedBy(altered, sign(link, secret), [secret])).toBe(false);
  });

  test('a signature that is altered, truncated, longer or missing does not verify', () => {
    const right = sign(link, secret);
    const first = right.startsWith('A') ? 'B' : 'A';
    for (const wrong of [
      first + right.slice(1),
      right.slice(0, -1),
      `${right}A`,
      '',
      'ü'.repeat(43),
    ])
      expect(isSignedBy(link, wrong, [secret])).toBe(false);
  });

  test('fields cannot be shifted into each other: what no link of ours holds never verifies', () => {
    const shifted = { ...link, v: 'v1\n5', e: '' };
    expect(isSignedBy(shifted, sign(shifted, secret), [secret])).toBe(false);
    const worded = { ...link, e: 'never' };
    expect(isSignedBy(worded, sign(worded, secret), [secret])).toBe(false);
  });

  test('a link expires at the second it names, and one without an expiry never', () => {
    const end = new Date('2026-11-30T12:00:00Z');
    const e = String(end.getTime() / 1000);
    expect(isExpired(e, new Date(end.getTime() - 1))).toBe(false);
    expect(isExpired(e, end)).toBe(true);
    expect(isExpired('', end)).toBe(false);
    expect(isExpired('never', end)).toBe(true);
  });

  test('secrets are a list, and a weak one is refused', () => {
    expect(parseSecrets(`${secret}, ${older} ,`)).toEqual([secret, older]);
    expect(() => parseSecrets('')).toThrow('DELIVERY_SECRET');
    expect(() => parseSecrets(`${secret},short`)).toThrow('at least 16 characters');
  });
});
