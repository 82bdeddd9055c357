import { describe, expect, test } from 'vitest';
import { negotiateEncoding, parseFilename } from '#lib/delivery/negotiate-format.ts';

describe('negotiate format', () => {
  test.each([
    ['Chromium', 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'avif'],
    [
      'Safari 15',
      'image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5',
      'webp',
    ],
    ['Firefox 60', 'image/png,image/*;q=0.8,*/*;q=0.5', 'auto'],
    ['a browser that follows a link', 'text/html,application/xhtml+xml,*/*;q=0.8', 'auto'],
    ['a spreadsheet', '*/*', 'auto'],
    ['nothing', undefined, 'auto'],
    ['an empty header', '', 'auto'],
    ['any picture', 'image/*', 'auto'],
    ['AVIF refused', 'image/avif;q=0, image/webp;q=0.1', 'webp'],
    ['AVIF refused at length', 'image/avif; q=0.000, */*', 'auto'],
    ['both, the other order', 'image/webp, image/avif;q=0.1', 'avif'],
    ['capitals', 'IMAGE/WebP', 'webp'],
    ['JPEG alone', 'image/jpeg', 'jpg'],
    ['PNG alone', 'image/png', 'png'],
    ['PNG refused', 'image/png;q=0, */*', 'jpg'],
    ['no picture at all', 'application/json', 'auto'],
  ])('%s gets the first format that it names', (_, accept, encoding) => {
    expect(negotiateEncoding(accept)).toBe(encoding);
  });

  test('the extension follows the last dot', () => {
    expect(parseFilename('large')).toEqual({ preset: 'large' });
    expect(parseFilename('large.webp')).toEqual({ preset: 'large', ending: 'webp' });
    expect(parseFilename('large.')).toEqual({ preset: 'large', ending: '' });
    expect(parseFilename('a.v1.jpg')).toEqual({ preset: 'a', version: 'v1', ending: 'jpg' });
  });
});
