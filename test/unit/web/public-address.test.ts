import { describe, expect, test } from 'vitest';
import { isPublic } from '#lib/web/public-address.ts';
import { loopbackUrls, privateUrls } from '#test/support/fetch-private-urls.ts';

describe('a public address', () => {
  test.each([
    '8.8.8.8',
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1450:4001:81b::200e',
    '2001:4860:4860::8888',
    '::ffff:8.8.8.8', // the system connects to 8.8.8.8
  ])('is %s', (address) => {
    expect(isPublic(address)).toBe(true);
  });
});

describe('an address that is not public', () => {
  const hosts = [...privateUrls(), ...loopbackUrls(1)].map((url) => new URL(url).hostname);

  test.each([...new Set(hosts)])('is %s', (hostname) => {
    expect(isPublic(hostname.replace(/^\[|\]$/g, ''))).toBe(false);
  });

  test.each([
    'fe80::1%eth0',
    '::ffff:127.0.0.1',
    '0:0:0:0:0:0:0:1',
    '8.8.8',
    '0x08080808',
    '134744072',
    '010.010.010.010',
    '8.8.8.8 ',
    '8.8.8.8/8',
    '[2606:4700::1111]',
    'example.com',
    '',
  ])('is "%s"', (address) => {
    expect(isPublic(address)).toBe(false);
  });
});
