import busboy from 'busboy';
import { Problem } from '#lib/problem.ts';
import type { RawBody } from './route.ts';

export type FormFile = {
  field: string;
  filename: string;
  contentType: string;
  bytes: Uint8Array;
};
export type Form = { files: FormFile[]; fields: Record<string, string> };

const maxFiles = 20;
const maxFields = 50;
const maxFieldBytes = 64_000; // a CSV's webhook_url, a flag: never a file

const largerFiles =
  'For larger files use POST /api/uploads, which returns a form that uploads straight into the store.';
const howTo = 'Send multipart/form-data with a part named file: curl -F "file=@photo.jpg" …';

/**
 * Reads a multipart form: bodies are at most a few megabytes, and already in memory. The bytes of files
 * are views where busboy returns them in one chunk. Throws a Problem for everything that is wrong with
 * the form; a truncated body never becomes a shorter file.
 */
export const readForm = async (
  { text, isBase64Encoded, contentType }: RawBody,
  { maxBytes, larger = largerFiles }: { maxBytes: number; larger?: string },
): Promise<Form> => {
  // Before decoding: a rejected body need not be in memory twice.
  const sizeBytes = isBase64Encoded ? Buffer.byteLength(text, 'base64') : Buffer.byteLength(text);
  if (sizeBytes > maxBytes)
    throw new Problem(
      'too-large',
      `The form has ${sizeBytes} bytes; at most ${maxBytes} are accepted here. ${larger}`,
    );
  if (!/^multipart\/form-data\s*;/i.test(contentType ?? ''))
    throw new Problem('invalid', `This is not a form with a file. ${howTo}`);

  const form = await parse(
    Buffer.from(text, isBase64Encoded ? 'base64' : 'utf8'),
    contentType ?? '',
  );
  if (form.files.length === 0) throw new Problem('invalid', `The form has no file in it. ${howTo}`);
  return form;
};

const parse = (body: Buffer, contentType: string): Promise<Form> =>
  new Promise((resolve, reject) => {
    const files: FormFile[] = [];
    const fields: Record<string, string> = {};
    const refuse = (reason: string) => reject(new Problem('invalid', reason));

    const parser = openParser(contentType);
    if (!parser) {
      refuse(`The header Content-Type of the form is broken: it needs a boundary. ${howTo}`);
      return;
    }
    parser.on('file', (field, stream, { filename, mimeType }) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      // Without a listener a truncated body would end the process.
      stream.on('error', () => refuse(endsTooEarly));
      stream.on('end', () => {
        const [only = Buffer.alloc(0), ...others] = chunks;
        const bytes = others.length ? Buffer.concat(chunks) : only;
        // What a browser sends for an empty file input.
        if (!filename && bytes.length === 0) return;
        files.push({
          field,
          filename: cleanFilename(filename),
          contentType: toContentType(mimeType),
          bytes,
        });
      });
    });
    parser.on('field', (name, value, { nameTruncated, valueTruncated }) => {
      if (nameTruncated || valueTruncated) refuse(`The field ${name.slice(0, 100)} is too long.`);
      else fields[name] = value;
    });
    parser.on('filesLimit', () =>
      refuse(`The form has more than ${maxFiles} files; send them in several requests.`),
    );
    parser.on('fieldsLimit', () => refuse(`The form has more than ${maxFields} fields.`));
    parser.on('error', () => refuse(endsTooEarly));
    parser.on('close', () => resolve({ files, fields }));
    parser.end(body);
  });

const endsTooEarly = 'The form is malformed, or ends before its last boundary. Send it again.';

/** busboy throws where the header has no boundary, or an invalid one. */
const openParser = (contentType: string) => {
  try {
    return busboy({
      headers: { 'content-type': contentType },
      defParamCharset: 'utf8',
      preservePath: true, // we strip paths ourselves, with slashes and backslashes
      limits: { files: maxFiles, fields: maxFields, fieldSize: maxFieldBytes },
    });
  } catch {
    return undefined;
  }
};

/**
 * A part without a type is text/plain by definition (RFC 7578 §4.4), and busboy does not distinguish it
 * from one that says so: it is not taken as a claim.
 */
const toContentType = (mimeType: string): string =>
  mimeType === 'text/plain' ? 'application/octet-stream' : mimeType;

/** The last segment of what may be a path, without control characters. */
const cleanFilename = (filename: string | undefined): string => {
  const last = (filename ?? '').split(/[/\\]/).at(-1) ?? '';
  const clean = last.replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '').trim();
  return truncate(clean) || 'file';
};

/** At most 255 characters; the extension is kept. */
const truncate = (name: string): string => {
  if (name.length <= 255) return name;
  const extension = /\.[^.]{1,16}$/.exec(name)?.[0] ?? '';
  // A character beyond the BMP must not be cut in half.
  return name.slice(0, 255 - extension.length).replace(/[\ud800-\udbff]$/, '') + extension;
};
