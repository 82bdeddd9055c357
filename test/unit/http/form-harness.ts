import { readForm } from '#lib/http/multipart.ts';
import { Problem } from '#lib/problem.ts';
import { aForm } from '#test/support/http-events.ts';

type Sent = { headers: { 'Content-Type': string }; body: Uint8Array };

export const read = (
  { headers, body }: Sent,
  { maxBytes = 1_000_000, base64 = true, fields = ['note'] } = {},
) =>
  readForm(
    {
      text: Buffer.from(body).toString(base64 ? 'base64' : 'utf8'),
      isBase64Encoded: base64,
      contentType: headers['Content-Type'],
    },
    { maxBytes, fields },
  );

export const findFault = async (sent: Sent, options?: Parameters<typeof read>[1]) => {
  const problem = await read(sent, options).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (problem instanceof Problem)
    return { status: problem.status, code: problem.code, words: problem.message };
  throw new Error(`This was to be refused: ${String(problem)}`);
};

export const everyByte = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
export const aPhoto = { name: 'file', filename: 'photo.jpg', contentType: 'image/jpeg' };
export const named = (filename: string) => aForm([{ ...aPhoto, filename, contents: 'x' }]);
/** A form of one part with exactly these headers; both as Latin-1. */
export const rawForm = (head: string, contents: string): Sent => ({
  headers: { 'Content-Type': 'multipart/form-data; boundary=b' },
  body: Buffer.from(`--b\r\n${head}\r\n\r\n${contents}\r\n--b--\r\n`, 'latin1'),
});
export const readName = async (sent: Sent) => (await read(sent)).files[0]?.filename;
