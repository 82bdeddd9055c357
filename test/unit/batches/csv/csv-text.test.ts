import { describe, expect, it } from 'vitest';
import { header, read } from './csv-fixtures.ts';

describe('the text of a CSV', () => {
  it('is UTF-8, or windows-1252 where it cannot be', async () => {
    const nameIn = async (...name: (string | Uint8Array)[]) => {
      const row = [`${header}\n1,`, ...name, ',http://a.example'].map((part) => Buffer.from(part));
      return (await read(Buffer.concat(row))).products[0]?.productName;
    };
    const latin1 = (text: string) => Buffer.from(text, 'latin1');

    expect(await nameIn('Blüte “drei” für 3 €: ひ 🌸')).toBe('Blüte “drei” für 3 €: ひ 🌸');
    expect(await nameIn(latin1('Bl\xfcte \x93drei\x94 f\xfcr 3 \x80'))).toBe(
      'Blüte “drei” für 3 €',
    );
    expect(await nameIn('Blüte 🌸 ', latin1('caf\xe9'))).toBe('Blüte 🌸 café');
    // A character that does not go on, a surrogate and an overlong form, which UTF-8 forbids.
    expect(await nameIn(latin1('\xf0\x9f. \xed\xa0\x80. \xc0\xaf.'))).toBe('ðŸ. í\u00a0€. À¯.');
  });

  it('may end within a character', async () => {
    const csv = Buffer.from('No,Url,Name\n1,https://a.example,Caf\xe9', 'latin1');

    expect((await read(csv)).products).toMatchObject([{ productName: 'Café' }]);
  });

  it('may have a byte order mark, which is not part of the first name', async () => {
    const { columns } = await read('\ufeff"S. No.",Name,Url\n1,Mug,https://a.example');

    expect(columns).toEqual(['S. No.', 'Name', 'Url']);
  });

  it('may have characters without width, which are left out', async () => {
    const { products, columns, faults } = await read(
      [
        '\u200bS. No.,Product\u2060 Name,Image Url\ufeff',
        '1\u200b,\ufeffMug,\u200ehttps://a.exam\u00adple/1.jpg\u200b \u2066https://a.example/2.jpg\u2069\u200d',
        '\u200b,\ufeff,\u2060',
        '2,👩\u200d🎨,https://a.example/3.jpg',
        '',
      ].join('\n'),
    );

    expect(faults.faults).toEqual([]);
    expect(columns).toEqual(['S. No.', 'Product Name', 'Image Url']);
    expect(products).toMatchObject([
      {
        serialNumber: '1',
        productName: 'Mug',
        urls: ['https://a.example/1.jpg', 'https://a.example/2.jpg'],
      },
      { serialNumber: '2', productName: '👩\u200d🎨', urls: ['https://a.example/3.jpg'] },
    ]);
  });

  it('may be split anywhere into chunks', async () => {
    const rows = [
      '1,"Mug ""3"" €,\r\n🌸","https://a.example/1.jpg,\r\nhttps://a.example/2.jpg"\r\n',
      Buffer.from('2,Caf\xe9 cr\xe8me,https://a.example/3.jpg\r\n', 'latin1'),
      '3,5" disk 🌸,https://a.example/4.jpg,https://a.example/5.jpg\r\n',
    ];
    // The first 64 KiB are looked at in one piece.
    const before = `${header}\r\n${'\r\n'.repeat(33_000)}`;
    const csv = Buffer.concat([before, ...rows].map((part) => Buffer.from(part)));

    for (const pieceLength of [1, 3, 5, 200_000])
      expect((await read(csv, pieceLength)).products).toEqual([
        {
          line: 33_002,
          serialNumber: '1',
          productName: 'Mug "3" €,\r\n🌸',
          urls: ['https://a.example/1.jpg', 'https://a.example/2.jpg'],
        },
        {
          line: 33_005,
          serialNumber: '2',
          productName: 'Café crème',
          urls: ['https://a.example/3.jpg'],
        },
        {
          line: 33_006,
          serialNumber: '3',
          productName: '5" disk 🌸',
          urls: ['https://a.example/4.jpg', 'https://a.example/5.jpg'],
        },
      ]);
  });
});
