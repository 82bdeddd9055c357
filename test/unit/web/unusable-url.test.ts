import { describe, expect, test } from 'vitest';
import { explainUnusableUrl } from '#lib/web/unusable-url.ts';
import { loopbackUrls, privateUrls } from '#test/support/fetch-private-urls.ts';

describe('a URL to which no request will ever be made', () => {
  test('is one of a private address, in any notation', () => {
    const explain = explainUnusableUrl(['127.0.0.1:1']);

    for (const url of [
      ...loopbackUrls(8080),
      ...privateUrls(),
      'http://localhost/',
      'https://LOCALHOST./',
      'http://hook.localhost:8080/',
    ])
      expect(explain(url), url).toBe('points to a private address, which is not allowed');
  });

  test.each([
    ['ftp://hook.example/', 'is not an http or https URL'],
    [
      'https://ann:pw@hook.example/x?token=1',
      'contains a user name or password, which is not allowed',
    ],
    ['hook', 'is not a valid URL'],
  ])('is %s', (url, words) => {
    expect(explainUnusableUrl([])(url)).toBe(words);
  });

  test('is none that is public, that a name hides, or that is allowed with its port', () => {
    const explain = explainUnusableUrl(['127.0.0.1:8080', '[::1]:443', 'localhost:80']);

    for (const url of [
      'https://hook.example/',
      'http://1.1.1.1/',
      'https://[2606:4700::1111]/',
      'http://intranet/',
      'http://127.0.0.1:8080/hook',
      'http://2130706433:8080/',
      'https://[::1]/',
      'http://localhost/',
    ])
      expect(explain(url), url).toBeUndefined();
    expect(explain('http://127.0.0.1:8081/hook')).toBeDefined();
    expect(explain('http://[::1]/')).toBeDefined();
  });
});
