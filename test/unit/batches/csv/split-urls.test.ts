import { describe, expect, it } from 'vitest';
import { splitUrls, urlError } from '#lib/batches/csv/split-urls.ts';

const a = 'https://a.example/1.jpg';
const b = 'http://b.example/2.png';

describe('the URLs of a cell', () => {
  it.each([
    [`${a},${b}`],
    [`${a}, ${b}`],
    [`${a}\n${b}`],
    [`${a}\r\n ${b}\n`],
    [`${a} ${b}`],
    [`${a};${b}`],
    [`${a} ; ${b};`],
    [`${a}|${b}`],
    [`${a} | ${b}`],
    [`,${a},,;${b},,`],
  ])('are divided in %j', (cell) => {
    expect(splitUrls(cell)).toEqual([a, b]);
  });

  it.each([
    'https://res.example/upload/w_200,h_100/x.jpg',
    'https://res.example/upload/w_200,h_100,c_fill/v1/x.jpg',
    'https://iiif.example/a/10,20,300,400/200,/0/default.jpg',
    'https://iiif.example/a/full/,300/0/default.jpg',
    'https://a.example/x.jpg?crop=0,0,100,100',
    'https://a.example/x?sizes=1,2;colours=red|blue',
    'https://a.example/x.jpg;jsessionid=1A2B',
    'https://a.example/unsafe/filters:quality(80)|blur/x.jpg',
    'https://proxy.example/?url=https://a.example/1.jpg',
    'HTTPS://A.EXAMPLE/1.JPG',
    'https://例え.example/写真.jpg',
  ])('may contain what divides others: %s', (url) => {
    expect(splitUrls(url)).toEqual([url]);
    expect(splitUrls(`${url},${b}`)).toEqual([url, b]);
    expect(splitUrls(`${a},${url}`)).toEqual([a, url]);
    expect(urlError(url)).toBeUndefined();
  });

  it.each([
    [`${a},oops`, [a, 'oops']],
    [`${a},images/2.jpg`, [a, 'images/2.jpg']],
    ['https://a.example/photo,oops', ['https://a.example/photo', 'oops']],
    [`${a},ftp://c.example/3.jpg`, [a, 'ftp://c.example/3.jpg']],
    ['https://a.example/x,www.b.example/y/z', ['https://a.example/x', 'www.b.example/y/z']],
    ['https://a.example/x,//b.example/y', ['https://a.example/x', '//b.example/y']],
    ['https://a.example/x?y,javascript:alert(1)', ['https://a.example/x?y', 'javascript:alert(1)']],
    ['oops,images/2.jpg', ['oops', 'images/2.jpg']],
    ['https://a.example/my photo.jpg', ['https://a.example/my', 'photo.jpg']],
    [`data:image/png;base64,iVBO/Rw0,${a}`, ['data:image/png;base64,iVBO/Rw0', a]],
  ])('are distinguished from what is not a URL in %j', (cell, pieces) => {
    expect(splitUrls(cell)).toEqual(pieces);
  });

  it.each(['', ' ', ',', ' ,;|\n'])('may be none, as in %j', (cell) => {
    expect(splitUrls(cell)).toEqual([]);
  });

  // Each took minutes when a run of separators, or a URL that grows, was read anew at each of its
  // characters; read once it takes milliseconds.
  it.each([
    ['a run of separators', `${a}${','.repeat(300_000)}x`, 2],
    ['runs of separators within a query', `${a}?q${`${','.repeat(100_000)}x`.repeat(3)}`, 1],
    ['a query of many pieces', `${a}?q${',x'.repeat(450_000)}`, 1],
    ['a path of many pieces', `https://a.example/${'x,'.repeat(450_000)}/`, 1],
    ['a data: URL of many pieces', `data:x${',x'.repeat(450_000)}`, 1],
  ])('are found without reading %s again and again', { timeout: 20_000 }, (_, cell, count) => {
    expect(splitUrls(cell)).toHaveLength(count);
  });
});

describe('a URL', () => {
  it.each([
    'oops',
    'ftp://a.example/1.jpg',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '//a.example/1.jpg',
    'www.a.example/1.jpg',
    'http:a.example',
    'http:///1.jpg',
    'https:\\\\a.example',
    'https://',
    'https://?x',
    'https://a b',
    'https://[::1/',
    'https://a.example:99999/',
  ])('is not %s', (text) => {
    expect(urlError(text)).toContain('is not an http:// or https:// URL');
  });

  it.each(['photo.jpg', 'images/2.jpg', '(1).png'])(
    'that was cut at a space or a comma before %s says how to write it',
    (end) => {
      expect(urlError(end, 'https://a.example/my')).toBe(
        'is not an http:// or https:// URL. If it is the end of the URL before it, write the space between them as %20, or the comma as %2C',
      );
      expect(urlError(end)).toBe('is not an http:// or https:// URL');
      expect(urlError(end, 'oops')).toBe('is not an http:// or https:// URL');
      expect(urlError('ftp://a.example/1.jpg', 'https://a.example/my')).toBe(
        'is not an http:// or https:// URL',
      );
    },
  );

  it('has at most 2048 characters, and no control characters', () => {
    const url = `https://a.example/${'x'.repeat(2030)}`;

    expect(urlError(url)).toBeUndefined();
    expect(urlError(`${url}x`)).toBe('has 2049 characters, and a URL may have at most 2048');
    expect(urlError('https://a.example/\u0001')).toBe('contains a control character');
  });
});
