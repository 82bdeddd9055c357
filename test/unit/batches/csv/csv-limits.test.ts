import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { readCsv } from '#lib/batches/csv/read-csv.ts';
import { faultsIn, header, inPieces, read } from './csv-fixtures.ts';

const good = '1,Mug,https://a.example/1.jpg';

/** The header, and a text repeated without end. */
function* endless(text: string, start = '') {
  yield Buffer.from(`${header}\n${start}`);
  const piece = Buffer.from(text.repeat(Math.ceil(16_384 / text.length)));
  for (let megabytes = 0; megabytes < 1000; megabytes += piece.length / 1e6) yield piece;
  throw new Error('A gigabyte was read.');
}

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** Heap in use after a garbage collection, so that the figure does not depend on when one last ran. */
const heapBytes = (): number => {
  if (typeof collect !== 'function') throw new Error('Node does not let us collect.');
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

describe('a CSV', () => {
  it('may have 100 000 products, and not one more', async () => {
    const { totalProducts, faults } = await readCsv(endless(`${good}\n`));

    expect(totalProducts).toBe(100_000);
    expect(faults.faults).toEqual([
      {
        row: 100_002,
        column: null,
        message: 'The file has more than 100000 products. Divide it into several files.',
      },
    ]);
  });

  it('may have 100 URLs in a row, and not one more', async () => {
    const urls = (count: number) =>
      Array.from({ length: count }, (_, n) => `https://a.example/${n}.jpg`).join(',');

    expect(await faultsIn(`1,Mug,${urls(100)}`)).toEqual([]);
    expect(await faultsIn(`1,Mug,${urls(101)}`)).toEqual([
      '2|Input Image Urls|The row has 101 image URLs, and at most 100 are allowed. Divide them among several rows.',
    ]);
  });

  it('may have 100 of the longest URLs in a row, unless they need more bytes than a record has', async () => {
    const urls = (character: string) =>
      Array.from({ length: 100 }, () => `https://a.example/${character.repeat(2030)}`).join(',');

    expect(await faultsIn(`1,Mug,${urls('x')}`)).toEqual([]);
    expect(await faultsIn(`1,Mug,${urls('写')}`)).toEqual([
      '2|Input Image Urls|The image URLs of the row have more than 250 000 bytes together. Divide them among several rows.',
    ]);
  });

  it('has texts that are too long reported, in any column', async () => {
    const faults = await faultsIn(
      `1,Mug,https://a.example/${'x'.repeat(2048)}`,
      `2,${'x'.repeat(1001)},https://a.example`,
      `${'3'.repeat(201)},Mug,https://a.example`,
      `4,Mug,https://a.example${' '.repeat(100_000)}`,
      `5,${'x'.repeat(1000)},https://a.example`,
      `6,M\u0007g,https://a.example`,
    );

    expect(faults.map((fault) => fault.replace(/x{20,}…?/, 'x…'))).toEqual([
      '2|Input Image Urls|“https://a.example/x…” has 2066 characters, and a URL may have at most 2048.',
      '3|Product Name|The product name has more than 1000 characters.',
      '4|S. No.|The serial number has more than 200 characters.',
      '5|Input Image Urls|The cell has more than 100 000 characters.',
      '7|Product Name|The product name contains control characters, so it is not text.',
    ]);
  });

  it('has a thousand errors listed and the others counted', async () => {
    const { faults } = await read(`${header}\n${'1,Mug,oops\n'.repeat(2500)}`, 65_536);

    expect(faults.faults).toHaveLength(1000);
    expect(faults.more).toBe(1500);
  });

  it.each([
    ['a column with an endless name', `S. No.,Product Name,Urls${' .'.repeat(3500)}`, 'oops'],
    ['cells of backslashes', header, '\\'.repeat(100)],
    ['cells of Chinese', header, '写'.repeat(100)],
    ['cells of emoji', header, '📷'.repeat(50)],
  ])(
    'has as many errors listed as a response can hold, and the others counted: %s',
    async (_, first, url) => {
      const { faults } = await read(`${first}\n${`1,Mug,${url}\n`.repeat(2500)}`, 65_536);

      const body = JSON.stringify(faults);
      expect(Buffer.byteLength(JSON.stringify({ body }))).toBeLessThan(310_000);
      expect(faults.faults.length).toBeGreaterThan(400);
      expect(faults.faults.length + faults.more).toBe(2500);
      expect(faults.faults[0]?.column?.length).toBeLessThanOrEqual(100);
    },
  );

  it.each([
    ['a line of a million cells', ',', 2, 'longer than 1 MB'],
    ['one cell without an end', 'x', 2, 'longer than 1 MB'],
    ['a quote in every line', '1,"Mug,https://a.example\n', 2, 'double quote'],
  ])('is not read to the end for %s', async (_, text, row, message) => {
    const { faults } = await readCsv(endless(text));

    expect(faults.faults[0]).toEqual({
      row,
      column: null,
      message: expect.stringContaining(message),
    });
    expect(faults.faults.at(-1)?.message).toContain('not read any further');
  });

  it('is not buffered because of a quote that is never closed', async () => {
    const { faults } = await readCsv(endless('and on\n', '1,"Mug'));

    expect(faults.faults.slice(0, 2)).toMatchObject([
      { row: 2, message: expect.stringContaining('double quote') },
      { row: 3, message: 'The row has no product name.' },
    ]);
  });

  it('is read further after a quote that spans a megabyte', async () => {
    const rows = `${good}\n`.repeat(40_000);
    const { faults, totalProducts } = await readCsv(
      inPieces(`${header}\n1,"Mug,https://a.example\n${rows}1,Mug,oops\n`, 65_536),
    );

    expect(faults.faults.map(({ row }) => row)).toEqual([2, 40_003]);
    expect(totalProducts).toBe(40_001);
  });

  it('takes no more memory when it is longer', async () => {
    const row = `1,Mug,"${Array.from({ length: 20 }, (_, n) => `https://a.example/${n}.jpg`)}"\n`;
    function* long() {
      yield Buffer.from(`${header}\n`);
      for (let rows = 0; rows < 20_000; rows += 1000) yield Buffer.from(row.repeat(1000));
    }
    const heapSizes: number[] = [];
    let taken = 0;

    const { totalImages } = await readCsv(long(), ({ length }) => {
      taken += length;
      if (taken >= 1000 * heapSizes.length) heapSizes.push(heapBytes()); // not each time: it takes a while
    });

    expect(totalImages).toBe(400_000);
    expect(heapSizes.length).toBeGreaterThan(10);
    const [first = 0] = heapSizes;
    expect(Math.max(...heapSizes) - first).toBeLessThan(5_000_000); // the products alone would take more
  });
});
