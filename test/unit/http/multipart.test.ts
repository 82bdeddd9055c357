import { describe, expect, it } from 'vitest';
import { readForm } from '#lib/http/multipart.ts';
import { Problem } from '#lib/problem.ts';
import { aForm } from '#test/support/http-events.ts';

import { aPhoto, everyByte, findFault, rawForm, read } from './form-harness.ts';

describe('readForm', () => {
  it('returns files and fields byte for byte, in the order sent', async () => {
    const form = await read(
      aForm([
        { ...aPhoto, contents: everyByte },
        { name: 'note', contents: 'grüße' },
        { name: 'file', filename: 'b.png', contents: '\r\n--not-a-boundary\r\n' },
      ]),
    );

    expect(form.fields).toEqual({ note: 'grüße' });
    expect(form.files.map(({ bytes, ...rest }) => ({ ...rest, text: [...bytes] }))).toEqual([
      { filename: 'photo.jpg', contentType: 'image/jpeg', text: [...everyByte] },
      {
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
      expect(refusal, `${length} bytes`).toMatchObject({ code: 'invalid_form' });
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
          (error: unknown) => (error instanceof Problem ? error.status : error),
        );
        expect(outcome === 1 || outcome === 400, `${byte} at ${place}: ${outcome}`).toBe(true);
      }
  });

  it.each([
    ['nothing', 'invalid_form', ''],
    ['words', 'invalid_form', 'no form at all'],
    ['another boundary', 'invalid_form', '--other\r\n\r\n\r\n--other--\r\n'],
    ['the last boundary alone', 'missing_file', '------form-boundary--\r\n'],
    [
      'a part without headers',
      'missing_file',
      '------form-boundary\r\n\r\nx\r\n------form-boundary--\r\n',
    ],
    [
      'a part without an empty line',
      'invalid_form',
      '------form-boundary\r\nContent-Type: a/b\r\n------form-boundary--\r\n',
    ],
  ])('refuses %s', async (_, code, body) => {
    const { headers } = aForm([]);
    expect(await findFault({ headers, body: Buffer.from(body) })).toMatchObject({ code });
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
      code: 'invalid_form',
      message: expect.stringContaining('curl -F'),
    });
  });

  it.each([
    ['text only', [{ name: 'file', contents: 'photo.jpg' }], /the part named file is text/],
    ['an empty input', [{ name: 'file', filename: '', contents: '' }], /no file in it\. Send/],
    [
      'parts of other names',
      [
        { ...aPhoto, name: 'photo', contents: 'x' },
        { name: 'note', contents: 'x' },
      ],
      /but the parts photo, note\. Send/,
    ],
  ])('refuses a form with %s, and says what came', async (_, parts, words) => {
    expect(await findFault(aForm(parts))).toMatchObject({ code: 'missing_file', words });
  });

  it('names the parts that it did not read, and reads the files all the same', async () => {
    const { files, warnings } = await read(
      aForm([
        { ...aPhoto, name: 'photo', contents: 'x' },
        { ...aPhoto, contents: 'y' },
        { name: 'album', contents: 'x' },
        { name: 'note', contents: 'x' },
        { name: 'thumbnail', filename: '', contents: '' },
      ]),
    );
    expect(files).toMatchObject([{ filename: 'photo.jpg' }]);
    expect(warnings.map(({ part, error_code }) => [part, error_code])).toEqual([
      ['photo', 'unexpected_part'],
      ['album', 'unexpected_part'],
    ]);
    expect(warnings[0]?.error).toBe(
      'The part photo was not read: files are sent in parts named file.',
    );
  });

  it.each(['x;', 'x; charset=utf-8', '"x"', '"x";', 'x ;'])(
    'reads a boundary that is written as %s',
    async (boundary) => {
      const { body } = aForm([{ ...aPhoto, contents: 'y' }], 'x');
      const headers = { 'Content-Type': `Multipart/Form-Data;boundary=${boundary}` };
      expect((await read({ headers, body })).files).toHaveLength(1);
    },
  );

  it('reads a preamble, padding behind boundaries, and what only looks like a boundary', async () => {
    const contents = '\r\n--bx\r\n--b x\r\n --b--';
    const body = Buffer.from(
      `preamble\r\n--b \t\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n${contents}\r\n--b--\r\nepilogue`,
    );
    const headers = { 'Content-Type': 'multipart/form-data; boundary=b' };
    const [file] = (await read({ headers, body })).files;
    expect(Buffer.from(file?.bytes ?? []).toString()).toBe(contents);
  });

  it.each([
    ['backslashes in a name', `filename="${'\\'.repeat(16_000)}`],
    ['semicolons', ';'.repeat(16_000)],
    ['spaces', `;${' '.repeat(16_000)}`],
  ])('does not take long for %s', async (_, written) => {
    const startedAt = performance.now();
    await read(rawForm(`Content-Disposition: form-data; name="file"; ${written}`, '\xff'));
    expect(performance.now() - startedAt).toBeLessThan(500);
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
      status: 413,
      words: expect.stringContaining('POST /api/uploads'),
    });
  });

  it('accepts 20 files and no more', async () => {
    const files = (count: number) =>
      aForm(Array.from({ length: count }, () => ({ ...aPhoto, contents: 'x' })));
    expect((await read(files(20))).files).toHaveLength(20);
    expect(await findFault(files(21))).toMatchObject({
      code: 'too_many_files',
      words: /more than 20 files/,
    });
  });

  it('rejects a field that is too long', async () => {
    const sent = aForm([
      { ...aPhoto, contents: 'x' },
      { name: 'note', contents: 'x'.repeat(70_000) },
    ]);
    expect(await findFault(sent)).toMatchObject({
      code: 'invalid_form',
      words: /note is too long/,
    });
  });
});
