import { expect, test } from 'vitest';
import { bytesText, tooManyBytesText } from '#lib/bytes-text.ts';

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [4_400_000, '4.4 MB'],
  [52_428_800, '52.4 MB'],
  [62_000_000, '62 MB'],
  [1_500_000_000, '1.5 GB'],
])('%d bytes are written as %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test('one byte too many never looks like the limit', () => {
  expect(tooManyBytesText(50_000_001, 50_000_000)).toBe('50.1 MB; at most 50 MB are taken');
});
