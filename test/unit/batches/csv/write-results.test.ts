import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { failedRowsCsv, type ResultRow, resultsCsv } from '#lib/batches/csv/write-results.ts';
import { read } from './csv-fixtures.ts';

const written = async (
  write: (rows: AsyncIterable<ResultRow[]>) => AsyncIterable<Uint8Array>,
  ...chunks: ResultRow[][]
): Promise<string> => {
  const parts: Uint8Array[] = [];
  for await (const part of write(
    (async function* () {
      yield* chunks;
    })(),
  ))
    parts.push(part);
  return Buffer.concat(parts).toString();
};

const succeeded = (inputUrl: string, outputUrl: string) => ({ inputUrl, outputUrl, error: null });
const failed = (inputUrl: string, error: string) => ({ inputUrl, outputUrl: null, error });
const mug: ResultRow = {
  serialNumber: '1.',
  productName: 'Mug, blue',
  images: [
    succeeded('https://a.example/1.jpg', 'https://d.example/api/image/aa.jpg'),
    failed('https://a.example/2.jpg', 'The server answered\n404.'),
    succeeded('https://a.example/3.jpg', 'https://d.example/api/image/cc.jpg'),
    failed('https://a.example/4.jpg', 'This is no picture.'),
  ],
};
const cup: ResultRow = {
  serialNumber: '2',
  productName: 'Cup "tall"',
  images: [succeeded('https://a.example/5.jpg', 'https://d.example/api/image/ee.jpg')],
};

describe('the results CSV', () => {
  it('has the columns of the input, the outputs in the same order, and the errors', async () => {
    expect(await written(resultsCsv, [mug], [], [cup])).toBe(
      [
        'S. No.,Product Name,Input Image Urls,Output Image Urls,Errors',
        '1.,"Mug, blue","https://a.example/1.jpg,https://a.example/2.jpg,https://a.example/3.jpg,https://a.example/4.jpg","https://d.example/api/image/aa.jpg,,https://d.example/api/image/cc.jpg,","https://a.example/2.jpg: The server answered 404.; https://a.example/4.jpg: This is no picture."',
        '2,"Cup ""tall""",https://a.example/5.jpg,https://d.example/api/image/ee.jpg,',
        '',
      ].join('\r\n'),
    );
  });

  it('has as many outputs as inputs', async () => {
    const [, cells = []]: string[][] = parse(await written(resultsCsv, [mug]));

    expect(cells[2]?.split(',')).toHaveLength(4);
    expect(cells[3]?.split(',').map((url) => url !== '')).toEqual([true, false, true, false]);
  });

  it('escapes the comma of a URL so that it separates nothing', async () => {
    const url = 'https://cdn.example/w_200,h_100/x;y|z.jpg';
    const [, cells = []]: string[][] = parse(
      await written(resultsCsv, [{ ...mug, images: [succeeded(url, url), succeeded(url, url)] }]),
    );

    expect(cells[2]?.split(',')).toEqual(
      Array(2).fill('https://cdn.example/w_200%2Ch_100/x%3By%7Cz.jpg'),
    );
    expect(cells[3]).toBe(cells[2]);
  });

  it.each([
    ['=HYPERLINK("https://evil.example";"x")', `'=HYPERLINK("https://evil.example";"x")`],
    ["+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1:A9)', "'@SUM(A1:A9)"],
    ['\t=1', "'\t'=1"],
    ['\r=1', "'\r'=1"],
    ['\n=1', "'\n'=1"],
    ['＝1', "'＝1"],
    ["'=1", "''=1"],
    ["''-1", "'''-1"],
    ['Mug;=cmd()', "Mug;'=cmd()"],
    ['Mug\t+1', "Mug\t'+1"],
    ['Mug\n@SUM(A1)', "Mug\n'@SUM(A1)"],
    ['Mug; "=1"', `Mug; "'=1"`],
    ['Mug;＝1;-2', "Mug;'＝1;'-2"],
    ["Mug;'=1", "Mug;''=1"],
    [';=1', ";'=1"],
  ])('escapes the formula in %j, and reads it back', async (text, escaped) => {
    const row = { ...cup, serialNumber: text, productName: text };
    const csv = await written(resultsCsv, [row]);
    const [, cells = []]: string[][] = parse(csv);

    expect(cells.slice(0, 2)).toEqual([escaped, escaped]);
    expect((await read(csv)).products).toMatchObject([{ serialNumber: text, productName: text }]);
  });

  it.each([';', '\t'])('has no cell that runs where a spreadsheet divides it at %j', async (by) => {
    const name = ['Mug', '=cmd()', '"=cmd()"', '-1', "'=1"].join(by);
    const csv = await written(resultsCsv, [{ ...cup, productName: name, serialNumber: name }]);

    const cells: string[][] = parse(csv, {
      delimiter: by,
      relax_quotes: true,
      relax_column_count: true,
    });

    for (const cell of cells.flat()) expect(cell).not.toMatch(/^["\s]*[=+\-@]/);
    expect((await read(csv)).products).toMatchObject([{ productName: name }]);
  });

  it.each(["'", "'tis", "5'", 'a=b', '1.', "O'Brien", '#1', 'a;b', 'a - b'])(
    'leaves %j as it is',
    async (text) => {
      const csv = await written(resultsCsv, [{ ...cup, productName: text }]);
      const [, cells = []]: string[][] = parse(csv);

      expect(cells[1]).toBe(text);
      expect((await read(csv)).products).toMatchObject([{ productName: text }]);
    },
  );

  it('is read back exactly, whatever a name contains', async () => {
    const alphabet = [
      '"',
      "'",
      ',',
      ';',
      '\n',
      '\r\n',
      '=',
      '-',
      '@',
      '|',
      'a',
      'é',
      '🌸',
      ' ',
      '\t',
      '%',
    ];
    const random = randomFrom(42);
    const text = () =>
      `${Array.from({ length: 1 + random(6) }, () => alphabet[random(alphabet.length)]).join('')}`.trim() ||
      'x';
    const rows = Array.from({ length: 2000 }, () => ({
      serialNumber: text(),
      productName: text(),
      images: Array.from({ length: 1 + random(3) }, (_, n) =>
        succeeded(
          `https://a.example/${encodeURIComponent(text())}/${n}.jpg`,
          'https://d.example/x.jpg',
        ),
      ),
    }));

    const { products, faults } = await read(await written(resultsCsv, rows), 1000);

    expect(faults).toEqual({ faults: [], more: 0 });
    expect(products.map(({ line: _, ...product }) => product)).toEqual(
      rows.map(({ images, ...row }) => ({ ...row, urls: images.map(({ inputUrl }) => inputUrl) })),
    );
  });

  it('is only a header where there are no rows', async () => {
    expect(await written(resultsCsv)).toBe(
      'S. No.,Product Name,Input Image Urls,Output Image Urls,Errors\r\n',
    );
    expect(await written(failedRowsCsv)).toBe('S. No.,Product Name,Input Image Urls\r\n');
  });
});

describe('the failed rows', () => {
  it('have what failed, and nothing else', async () => {
    expect(await written(failedRowsCsv, [cup, mug], [cup])).toBe(
      [
        'S. No.,Product Name,Input Image Urls',
        '1.,"Mug, blue","https://a.example/2.jpg,https://a.example/4.jpg"',
        '',
      ].join('\r\n'),
    );
  });

  it('can be uploaded as they are', async () => {
    const { products, faults } = await read(await written(failedRowsCsv, [mug]));

    expect(faults.faults).toEqual([]);
    expect(products).toMatchObject([
      {
        serialNumber: '1.',
        productName: 'Mug, blue',
        urls: ['https://a.example/2.jpg', 'https://a.example/4.jpg'],
      },
    ]);
  });
});

/** The same numbers in every run (mulberry32). */
const randomFrom = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};
