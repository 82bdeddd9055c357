import { describe, expect, it } from 'vitest';
import { readCsv } from '#lib/batches/csv/read-csv.ts';
import { header, inPieces, read, urlsIn } from './csv-fixtures.ts';

const sample = `S. No.,Product Name,Input Image Urls
1,SKU1,https://example.com/image1.jpg,https://example.com/image2.jpg
2,SKU2,https://example.com/image3.jpg
`;
const products = [
  {
    line: 2,
    serialNumber: '1',
    productName: 'SKU1',
    urls: ['https://example.com/image1.jpg', 'https://example.com/image2.jpg'],
  },
  {
    line: 3,
    serialNumber: '2',
    productName: 'SKU2',
    urls: ['https://example.com/image3.jpg'],
  },
];
const quoted = sample.replace(/(https:.*1\.jpg,.*2\.jpg)/, '"$1"');
const withDelimiter = (delimiter: string) => sample.replaceAll(',', delimiter);

describe('a CSV of products', () => {
  it.each<[string, string | Uint8Array]>([
    ['unquoted, its URLs spilling into further cells', sample],
    ['quoted', quoted],
    [
      'with everything quoted',
      quoted.replaceAll(/^([^,\n]+),([^,\n]+),"?([^"\n]+)"?$/gm, '"$1","$2","$3"'),
    ],
    ['with the mark of UTF-8', `\ufeff${sample}`],
    ['with CRLF', sample.replaceAll('\n', '\r\n')],
    ['with CR', sample.replaceAll('\n', '\r')],
    ['without a last line break', sample.trimEnd()],
    ['divided by semicolons', withDelimiter(';')],
    ['divided by tabs', withDelimiter('\t')],
    ['divided by bars', withDelimiter('|')],
    [
      'divided by semicolons, with commas between quoted URLs',
      quoted.replaceAll(/,(?=SKU|Prod|Input|"|https:.*3)/g, ';'),
    ],
    [
      'padded by a spreadsheet',
      sample.replace(header, `${header},,,`).replace('3.jpg', '3.jpg,,,'),
    ],
    ['with spaces around its cells', sample.replaceAll(',', ' , ')],
    ['with cells after the URLs that are empty', sample.replaceAll('.jpg\n', '.jpg,,\n')],
  ])('is read %s', async (_, csv) => {
    for (const pieceLength of [1, 7, 100_000]) {
      const found = await read(csv, pieceLength);

      expect(found.faults).toEqual({ faults: [], more: 0 });
      expect(found.products).toEqual(products);
      expect(found).toMatchObject({ totalProducts: 2, totalImages: 3 });
    }
  });

  it('honours a first line that declares the delimiter', async () => {
    const { products: found } = await read(`sep=;\r\n${withDelimiter(';')}`);

    expect(found).toEqual(products.map((product) => ({ ...product, line: product.line + 1 })));
  });

  it('finds its columns in any order, by synonyms, among others', async () => {
    const { products: found, columns } = await read(
      'Colour;IMAGE_URLS;Price; product ;#\nred;https://a.example/1.jpg;1,50;Mug;1.\n',
    );

    expect(found).toEqual([
      { line: 2, serialNumber: '1.', productName: 'Mug', urls: ['https://a.example/1.jpg'] },
    ]);
    expect(columns).toEqual(['Colour', 'IMAGE_URLS', 'Price', 'product', '#']);
  });

  it.each([
    'S. No.,Product Name,Input Image Urls',
    's no,PRODUCT NAME,input image urls',
    'S.No,Name,Image URL',
    'serial_number,product_name,input_image_urls',
    'Serial Number,Title,URLs',
    'SrNo,Item,Images',
    'id,name,url',
    '№,Product,Image Links',
    'SKU,Product Name,Input Urls',
    'S. No.,SKU,Image Src',
  ])('knows the header %s', async (line) => {
    const { products: found } = await read(`${line}\n1,Mug,https://a.example/1.jpg\n`);

    expect(found).toMatchObject([{ serialNumber: '1', productName: 'Mug' }]);
  });

  it('prefers the serial number to an SKU', async () => {
    const { products: found } = await read(
      'SKU,Serial No.,Product Name,URL\nM-1,1,Mug,https://a.example/1.jpg\n',
    );

    expect(found).toMatchObject([{ serialNumber: '1' }]);
  });

  it('counts lines as an editor does, blank ones and those within cells included', async () => {
    const { products: found } = await read(
      `\r\n${header}\r\n\r\n  \r\n1,"A mug\r\nof two\nlines",https://a.example/1.jpg\r\n,,\r\n2,Cup,https://a.example/2.jpg`,
    );

    expect(found).toMatchObject([
      { line: 5, productName: 'A mug\r\nof two\nlines' },
      { line: 9, productName: 'Cup' },
    ]);
  });

  it('reads quotes as in RFC 4180, and as people write them', async () => {
    const { products: found } = await read(
      `${header}\n1,"a ""big"" one, red",https://a.example/1\n2,5" disk,https://a.example/2\n3,"a 5" disk",https://a.example/3\n4,"""q""\nr",https://a.example/4`,
    );

    expect(found.map(({ productName }) => productName)).toEqual([
      'a "big" one, red',
      '5" disk',
      '"a 5" disk"',
      '"q"\nr',
    ]);
  });

  it('finds spilled URLs before further columns, too', async () => {
    const { products: found, faults } = await read(
      'No,Urls,Name,Page\n1,https://a.example/1.jpg,https://a.example/2.jpg,Mug,https://shop.example/mug\n2,https://a.example/3.jpg,Cup,https://shop.example/cup\n',
    );

    expect(faults.faults).toEqual([]);
    expect(found).toMatchObject([
      { productName: 'Mug', urls: ['https://a.example/1.jpg', 'https://a.example/2.jpg'] },
      { productName: 'Cup', urls: ['https://a.example/3.jpg'] },
    ]);
  });

  it('finds URLs after all columns, and in unnamed ones after the URLs', async () => {
    const behind = await read(
      `${header},Notes\n1,Mug,https://a.example/1.jpg,red,https://a.example/2.jpg\n`,
    );
    const unnamed = await read(
      `${header},,Notes\n1,Mug,https://a.example/1.jpg,https://a.example/2.jpg,red\n`,
    );

    const urls = ['https://a.example/1.jpg', 'https://a.example/2.jpg'];
    expect(behind.products).toMatchObject([{ urls }]);
    expect(unnamed.products).toMatchObject([{ urls }]);
  });

  it('joins an unquoted URL with commas again', async () => {
    expect(
      await urlsIn('1,Mug,https://cdn.example/w_200,h_100/x.jpg,https://a.example/2.jpg'),
    ).toEqual([['https://cdn.example/w_200,h_100/x.jpg', 'https://a.example/2.jpg']]);
  });

  it('may name a serial number twice, and the same URL', async () => {
    const row = '1,Mug,"https://a.example/1.jpg,https://a.example/1.jpg"';

    expect(await urlsIn(row, row)).toEqual([
      ['https://a.example/1.jpg', 'https://a.example/1.jpg'],
      ['https://a.example/1.jpg', 'https://a.example/1.jpg'],
    ]);
  });

  it('only checks the file without a callback', async () => {
    const found = await readCsv(inPieces(sample));

    expect(found).toEqual({
      totalProducts: 2,
      totalImages: 3,
      columns: ['S. No.', 'Product Name', 'Input Image Urls'],
      meanings: [
        { name: 'S. No.', meaning: 'serial_number' },
        { name: 'Product Name', meaning: 'product_name' },
        { name: 'Input Image Urls', meaning: 'image_urls' },
      ],
      faults: { faults: [], more: 0 },
    });
  });

  it('says what it understood of a header that lacks columns', async () => {
    const { meanings, faults } = await readCsv(inPieces('Color, Photos \nred,https://a.example/1'));

    expect(meanings).toEqual([
      { name: 'Color', meaning: null },
      { name: 'Photos', meaning: 'image_urls' },
    ]);
    expect(faults.faults.map(({ column }) => column)).toEqual(['S. No.', 'Product Name']);
  });

  it('awaits the callback, and stops with its error', async () => {
    const rows = Array.from({ length: 1200 }, (_, n) => `${n},Mug,https://a.example/${n}`);
    const lengths: number[] = [];
    let isBusy = false;
    let pieces = 0;
    let isClosed = false;
    async function* counted() {
      try {
        for (const piece of inPieces([header, ...rows, ...rows, ...rows].join('\n'), 20_000)) {
          pieces += 1;
          yield piece;
        }
      } finally {
        isClosed = true;
      }
    }

    const reading = readCsv(counted(), async (chunk) => {
      expect(isBusy).toBe(false);
      isBusy = true;
      await new Promise((resume) => setImmediate(resume));
      isBusy = false;
      lengths.push(chunk.length);
      if (lengths.length === 2) throw new Error('The table is gone.');
    });

    await expect(reading).rejects.toThrow('The table is gone.');
    expect(lengths).toEqual([500, 500]);
    expect(pieces).toBeLessThan(6);
    expect(isClosed).toBe(true);
  });

  it('throws the errors of its source', async () => {
    async function* broken() {
      yield Buffer.from(`${header}\n`);
      throw new Error('The connection was reset.');
    }

    await expect(readCsv(broken())).rejects.toThrow('The connection was reset.');
  });
});
