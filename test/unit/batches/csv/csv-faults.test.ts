import { describe, expect, it } from 'vitest';
import { csvErrorSentence, readCsv } from '#lib/batches/csv/read-csv.ts';
import { faultsIn, header, inPieces, read } from './csv-fixtures.ts';

const good = '1,Mug,https://a.example/1.jpg';
const messagesIn = async (csv: string | Uint8Array) =>
  (await read(csv)).faults.faults.map(({ message }) => message);

describe('the errors of a CSV', () => {
  it('are reported all at once, each with its line and column', async () => {
    const faults = await faultsIn(
      good,
      '2,Mug',
      '',
      '3,,https://a.example/3.jpg',
      ',Mug,oops',
      '5,Mug,https://a.example/5.jpg,ftp://a.example/5.jpg,www.a.example/5.jpg',
      good,
    );

    expect(faults).toEqual([
      '3|Input Image Urls|The row has no image URL.',
      '5|Product Name|The row has no product name.',
      '6|S. No.|The row has no serial number.',
      '6|Input Image Urls|“oops” is not an http:// or https:// URL.',
      '7|Input Image Urls|“ftp://a.example/5.jpg” is not an http:// or https:// URL.',
      '7|Input Image Urls|“www.a.example/5.jpg” is not an http:// or https:// URL.',
    ]);
  });

  it('do not change the count of rows, but only valid URLs are counted', async () => {
    const found = await read(`${header}\n${good}\n2,,https://a.example/2.jpg,oops\n3,Mug`);

    expect(found).toMatchObject({ totalProducts: 3, totalImages: 2 });
  });

  it('stop the products after the first error', async () => {
    const rows = Array.from({ length: 3000 }, (_, n) => `${n},Mug,https://a.example/${n}`);

    const { products } = await read([header, ...rows, '1,Mug', ...rows].join('\n'), 1000);

    expect(products.length).toBeGreaterThan(1000);
    expect(products.at(-1)?.line).toBeLessThan(3002);
  });

  it('name a column as the file does', async () => {
    const { faults } = await read('no;name;urls\n1;Mug;oops');

    expect(faults.faults).toMatchObject([{ row: 2, column: 'urls' }]);
  });

  it('name every missing column, and what is there instead', async () => {
    expect((await read('Product Name,Price\nMug,3\n')).faults.faults).toEqual([
      {
        row: 1,
        column: 'S. No.',
        message:
          'The column S. No. is missing. The first line must name the columns, and it is: Product Name, Price',
      },
      {
        row: 1,
        column: 'Input Image Urls',
        message:
          'The column Input Image Urls is missing. The first line must name the columns, and it is: Product Name, Price',
      },
    ]);
    expect((await read(`\n\n${good}`)).faults.faults).toMatchObject([
      { row: 3, column: 'S. No.' },
      { row: 3, column: 'Product Name' },
      { row: 3, column: 'Input Image Urls' },
    ]);
  });

  it('say how to write a URL that contains a space or a comma', async () => {
    const { faults } = await read(
      'No,Name,Url\n1,Mug,https://a.example/my photo.jpg\n2,Cup,"https://a.example/x,y.jpg"\n',
    );

    const remedy =
      'is not an http:// or https:// URL. If it is the end of the URL before it, write the space between them as %20, or the comma as %2C.';
    expect(faults.faults.map(({ row, message }) => `${row} ${message}`)).toEqual([
      `2 “photo.jpg” ${remedy}`,
      `3 “y.jpg” ${remedy}`,
    ]);
  });

  it('never use one column twice', async () => {
    const { faults } = await read('SKU,Image URL\nM-1,https://a.example/1.jpg\n');

    expect(faults.faults).toMatchObject([{ row: 1, column: 'Product Name' }]);
  });

  it('name a duplicate column', async () => {
    expect((await read(`S. No.,Product Name,Image URL,image_url\n${good}`)).faults.faults).toEqual([
      {
        row: 1,
        column: 'Image URL',
        message:
          'The header names Image URL 2 times. Keep one column of that name; several URLs go into one cell, with commas between them.',
      },
    ]);
  });

  it('distinguish a file without rows from an empty one', async () => {
    expect(await messagesIn(`${header}\r\n\r\n,,\r\n`)).toEqual([
      'The file has a header but no rows below it.',
    ]);
    expect(await messagesIn('')).toEqual(['The file is empty.']);
    expect(await messagesIn(' \r\n\n')).toEqual(['The file is empty.']);
  });

  it.each<[string, string | Uint8Array, string]>([
    ['a PNG', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'a picture'],
    ['a JPEG', Buffer.from('\xff\xd8\xff\xe0', 'latin1'), 'a picture'],
    ['an Excel workbook', Buffer.from('PK\x03\x04\x14', 'latin1'), 'an Excel workbook'],
    ['an old Excel workbook', Buffer.from('\xd0\xcf\x11\xe0\xa1', 'latin1'), 'old Excel'],
    ['a gzipped file', Buffer.from('\x1f\x8b\x08', 'latin1'), 'compressed with gzip'],
    ['a PDF', '%PDF-1.7', 'a PDF'],
    ['UTF-16', Buffer.from(`\ufeff${header}`, 'utf16le'), 'UTF-16'],
    ['UTF-16 the other way round', Buffer.from(`\ufeff${header}`, 'utf16le').swap16(), 'UTF-16'],
    ['UTF-16 without a mark', Buffer.from(header, 'utf16le'), 'UTF-16'],
    ['any binary', Buffer.from('abc\0\0\0def'), 'binary'],
    ['a web page', '\n<!DOCTYPE html><title>Sign in</title>', 'a web page'],
  ])('are one sentence for %s, which is closed', async (_, csv, expected) => {
    let isClosed = false;
    function* pieces() {
      try {
        yield* inPieces(csv);
        for (;;) yield Buffer.alloc(16_384);
      } finally {
        isClosed = true;
      }
    }

    const { faults } = await readCsv(pieces());

    expect(faults).toEqual({
      faults: [{ row: 1, column: null, message: expect.stringContaining(expected) }],
      more: 0,
    });
    expect(isClosed).toBe(true);
  });

  it('name each line with a quote that is not closed, and read all others', async () => {
    const { faults, totalProducts } = await read(
      [
        header,
        '1,"Mug,https://a.example/1.jpg',
        '2,Mug,https://a.example/2.jpg',
        '3,"Mug",https://a.example/3.jpg',
        '4,Mug,"https://a.example/4.jpg',
        '5,Mug,oops',
        '6,"Mug, https://a.example/6.jpg',
      ].join('\r\n'),
    );

    expect(faults.faults.map(({ row }) => row)).toEqual([2, 5, 6, 7]);
    expect(faults.faults[0]?.message).toContain('double quote');
    expect(faults.faults[2]?.message).toContain('oops');
    expect(totalProducts).toBe(3);
  });

  it('find a product name that includes the next line', async () => {
    expect(
      await faultsIn('1,"Mug,https://a.example/1.jpg', '2,Cup",https://a.example/2.jpg'),
    ).toEqual([
      '2|Product Name|The product name contains further lines. Is a double quote not closed?',
    ]);
  });

  it('are a single one where the header has a quote that is not closed', async () => {
    expect(await messagesIn(`"${header}\n${good}\n${good}`)).toEqual([
      expect.stringContaining('double quote'),
    ]);
  });

  it('say to quote a cell that a comma split', async () => {
    const { faults } = await read(
      'S. No.,Input Image Urls,Product Name\n1,https://a.example/1.jpg,Mug, blue\n',
    );

    expect(faults.faults).toEqual([
      {
        row: 2,
        column: null,
        message:
          'The row has 4 cells, the header 3. Put double quotes around a cell that contains a comma.',
      },
    ]);
    expect(await faultsIn('1,Mug, blue,https://a.example/1.jpg')).toEqual([
      '2|Input Image Urls|“blue” is not an http:// or https:// URL.',
    ]);
  });

  it('show untrusted text on one line, truncated', async () => {
    const [fault = ''] = await faultsIn(`1,Mug,"oops\u0007${'🌸'.repeat(300)}"`);

    expect(fault).not.toMatch(/\p{Cc}/u);
    expect(fault).toContain('🌸…”');
    expect(fault.length).toBeLessThan(200);
    expect(fault.isWellFormed()).toBe(true);
  });
});

describe('the errors in one sentence', () => {
  it('list the first few with their lines', async () => {
    const sentence = async (...rows: string[]) =>
      csvErrorSentence((await read([header, ...rows].join('\n'))).faults);

    expect(await sentence('1,Mug')).toBe(
      'The CSV has an error: line 2, column Input Image Urls: The row has no image URL.',
    );
    expect(await sentence('1,Mug', ',Cup,https://a.example')).toBe(
      'The CSV has 2 errors: line 2, column Input Image Urls: The row has no image URL; line 3, column S. No.: The row has no serial number.',
    );
    expect(await sentence(...Array(1500).fill('1,Mug'))).toMatch(
      /^The CSV has 1500 errors: line 2, .*; line 3, .*; line 4, .*; and 1497 more\.$/,
    );
  });
});
