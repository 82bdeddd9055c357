import { describe, expect, it } from 'vitest';

import { named, rawForm, read, readName } from './form-harness.ts';

describe('readForm', () => {
  it.each([
    [
      'a quoted filename*, as Postman sends it',
      `filename*="UTF-8''gr%C3%BC%C3%9Fe.jpg"`,
      'grüße.jpg',
    ],
    ['a filename* alone', "filename*=UTF-8''na%C3%AFve.jpg", 'naïve.jpg'],
    ['a filename* in Latin-1', "filename*=ISO-8859-1'en'na%EFve.jpg", 'naïve.jpg'],
    ['an empty filename', 'filename=""', 'file'],
    ['an unquoted filename', 'filename=a.jpg', 'a.jpg'],
    ['no filename, but the type of a picture', undefined, 'file'],
  ])('takes for a file what has %s', async (_, filename, expected) => {
    const head = ['Content-Disposition: form-data; name="file"', filename]
      .filter(Boolean)
      .join('; ');
    const { headers, body } = rawForm(`${head}\r\nContent-Type: image/jpeg`, 'x');
    expect((await read({ headers, body })).files).toEqual([
      { filename: expected, contentType: 'image/jpeg', bytes: Buffer.from('x') },
    ]);
  });

  it('takes for a file what has neither name nor type, but bytes that are no text', async () => {
    const { headers, body } = rawForm('content-disposition: form-data; name=file', '\xff\xd8');
    expect((await read({ headers, body })).files).toMatchObject([{ filename: 'file' }]);
  });

  it('reads names in Latin-1, with quotes, and in folded headers', async () => {
    const name = (written: string) =>
      readName(rawForm(`Content-Disposition: form-data; name="file";${written}`, 'x'));
    expect(await name(' filename="na\xefve.jpg"')).toBe('naïve.jpg');
    expect(await name(' filename="\x80.jpg"')).toBe('€.jpg');
    expect(await name(' filename="a\\"b\\\\c.jpg"')).toBe('c.jpg');
    expect(await name('\r\n\tfilename="folded.jpg"')).toBe('folded.jpg');
    expect(await name(' filename="a; name=b.jpg"')).toBe('a; name=b.jpg');
  });

  it.each([
    ['grüße 🐈.jpg', 'grüße 🐈.jpg'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\ada\\cat.png', 'cat.png'],
    ['a\u202egpj.exe', 'agpj.exe'],
    ['dir/', 'file'],
    ['   ', 'file'],
    [`${'n'.repeat(300)}.jpeg`, `${'n'.repeat(250)}.jpeg`],
    [`${'n'.repeat(249)}🐈🐈.jpeg`, `${'n'.repeat(249)}.jpeg`],
  ])('makes a safe file name of %j', async (sent, name) => {
    expect(await readName(named(sent))).toBe(name);
  });

  it('reads the names of RFC 5987, without control characters', async () => {
    const { headers, body } = named('plain.jpg');
    const encoded = Buffer.from(
      body
        .toString()
        .replace('filename="plain.jpg"', 'filename="p.jpg"; filename*=UTF-8\'\'na%C3%AFve%20b.jpg'),
    );
    expect(await readName({ headers, body: encoded })).toBe('naïve b.jpg');
  });
});
