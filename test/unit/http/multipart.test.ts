import { describe, expect, it } from 'vitest';
import { readForm } from '#lib/http/multipart.ts';
import { Problem } from '#lib/problem.ts';
import { aForm } from '#test/support/http-events.ts';

type Sent = { headers: { 'Content-Type': string }; body: Uint8Array };

const read = ({ headers, body }: Sent, { maxBytes = 1_000_000, base64 = true } = {}) =>
  readForm(
    {
      text: Buffer.from(body).toString(base64 ? 'base64' : 'utf8'),
      isBase64Encoded: base64,
      contentType: headers['Content-Type'],
    },
    { maxBytes },
  );

const findFault = async (sent: Sent, options?: Parameters<typeof read>[1]) => {
  const problem = await read(sent, options).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (problem instanceof Problem) return { fault: problem.fault, words: problem.message };
  throw new Error(`This was to be refused: ${String(problem)}`);
};

const everyByte = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
const aPhoto = { name: 'file', filename: 'photo.jpg', contentType: 'image/jpeg' };
const named = (filename: string) => aForm([{ ...aPhoto, filename, contents: 'x' }]);
const readName = async (sent: Sent) => (await read(sent)).files[0]?.filename;

describe('readForm', () => {
  it('returns files and fields byte for byte, in the order sent', async () => {
    const form = await read(
      aForm([
        { ...aPhoto, contents: everyByte },
        { name: 'note', contents: 'grüße' },
        { name: 'more', filename: 'b.png', contents: '\r\n--not-a-boundary\r\n' },
      ]),
    );

    expect(form.fields).toEqual({ note: 'grüße' });
    expect(form.files.map(({ bytes, ...rest }) => ({ ...rest, text: [...bytes] }))).toEqual([
      { field: 'file', filename: 'photo.jpg', contentType: 'image/jpeg', text: [...everyByte] },
      {
        field: 'more',
        filename: 'b.png',
        contentType: 'application/octet-stream',
        text: [...Buffer.from('\r\n--not-a-boundary\r\n')],
      },
    ]);
  });

  it('reads a body that is sent as text', async () => {
    const form = await read(aForm([{ ...aPhoto, contents: 'plain' }]), { base64: false });
    expect(Buffer.from(form.files[0]?.bytes ?? []).toString()).toBe('plain');
  });

  it('reads megabytes completely', async () => {
    const contents = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 31) % 251);
    const { files } = await read(aForm([{ ...aPhoto, contents }]), { maxBytes: 4_400_000 });
    expect(Buffer.compare(files[0]?.bytes ?? new Uint8Array(), contents)).toBe(0);
  });

  it('never reads a truncated body as a shorter one', async () => {
    const { headers, body } = aForm([{ ...aPhoto, contents: everyByte.subarray(0, 64) }]);
    const lastBoundary = body.length - '--\r\n'.length;

    for (let length = 0; length < lastBoundary; length++) {
      const refusal = await findFault({ headers, body: body.subarray(0, length) });
      expect(refusal, `${length} bytes`).toMatchObject({ fault: 'invalid' });
    }
  });

  it('survives any single wrong byte', async () => {
    const { headers, body } = aForm([{ ...aPhoto, contents: 'contents' }]);

    for (let place = 0; place < body.length; place++)
      for (const byte of [0x00, 0x0d, 0x2d, 0xff]) {
        const changed = Uint8Array.from(body);
        changed[place] = byte;
        const outcome = await read({ headers, body: changed }).then(
          ({ files }) => files.length,
          (error: unknown) => (error instanceof Problem ? error.fault : error),
        );
        expect(outcome === 1 || outcome === 'invalid', `${byte} at ${place}: ${outcome}`).toBe(
          true,
        );
      }
  });

  it.each([
    ['nothing', ''],
    ['words', 'no form at all'],
    ['another boundary', '--other\r\n\r\n\r\n--other--\r\n'],
    ['the last boundary alone', '------form-boundary--\r\n'],
    ['a part without headers', '------form-boundary\r\n\r\nx\r\n------form-boundary--\r\n'],
  ])('refuses %s', async (_, body) => {
    const { headers } = aForm([]);
    expect(await findFault({ headers, body: Buffer.from(body) })).toMatchObject({
      fault: 'invalid',
    });
  });

  it.each([
    undefined,
    '',
    'application/json',
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/mixed; boundary=x',
    'multipart/form-data; boundary="',
  ])('says how to send a form where the type is %j', async (contentType) => {
    const refusal = readForm({ text: 'eA==', isBase64Encoded: true, contentType }, { maxBytes: 9 });
    await expect(refusal).rejects.toMatchObject({
      fault: 'invalid',
      message: expect.stringContaining('curl -F'),
    });
  });

  it('rejects a form with text fields only, or an empty input', async () => {
    const words = aForm([{ name: 'file', contents: 'photo.jpg' }]);
    const empty = aForm([{ name: 'file', filename: '', contents: '' }]);
    for (const form of [words, empty])
      expect(await findFault(form)).toMatchObject({ fault: 'invalid', words: /no file/ });
  });

  it('reads an empty file as a file', async () => {
    const { files } = await read(aForm([{ ...aPhoto, contents: '' }]));
    expect(files).toMatchObject([{ filename: 'photo.jpg', bytes: { length: 0 } }]);
  });

  it('points to POST /api/uploads where there are too many bytes, and accepts exactly the limit', async () => {
    const sent = aForm([{ ...aPhoto, contents: everyByte }]);
    const maxBytes = sent.body.length;

    expect((await read(sent, { maxBytes })).files).toHaveLength(1);
    expect(await findFault(sent, { maxBytes: maxBytes - 1 })).toMatchObject({
      fault: 'too-large',
      words: expect.stringContaining('POST /api/uploads'),
    });
  });

  it('accepts 20 files and no more', async () => {
    const files = (count: number) =>
      aForm(Array.from({ length: count }, () => ({ ...aPhoto, contents: 'x' })));
    expect((await read(files(20))).files).toHaveLength(20);
    expect(await findFault(files(21))).toMatchObject({
      fault: 'invalid',
      words: /more than 20 files/,
    });
  });

  it('rejects a field that is too long', async () => {
    const sent = aForm([
      { ...aPhoto, contents: 'x' },
      { name: 'note', contents: 'x'.repeat(70_000) },
    ]);
    expect(await findFault(sent)).toMatchObject({ fault: 'invalid', words: /note is too long/ });
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
