import { isUtf8 } from 'node:buffer';
import { tooManyBytesText } from '#lib/bytes-text.ts';
import { plainText } from '#lib/plain-text.ts';
import { Problem } from '#lib/problem.ts';
import { parseParameters } from './multipart-parameters.ts';
import { type Part, splitParts } from './multipart-parts.ts';
import type { RawBody, Warning } from './route.ts';

export type FormFile = { filename: string; contentType: string; bytes: Uint8Array };
export type Form = {
  files: FormFile[];
  fields: Record<string, string>;
  /** The parts that were not read. */
  warnings: Warning[];
};

type Options = {
  maxBytes: number;
  /** What to do with more bytes. */
  larger?: string;
  /** The fields that the route reads beside its files. */
  fields?: readonly string[];
};

const maxFiles = 20;
const maxFieldBytes = 64_000; // a webhook_url, a flag: never a file

const largerFiles =
  'For larger files use POST /api/uploads, which returns a form that uploads straight into the store.';
const howTo = 'Send multipart/form-data with a part named file, as curl -F "file=@photo.jpg" does.';

/**
 * Reads a multipart form: bodies are at most a few megabytes, and already in memory. Files are the parts
 * named `file`; their bytes are views. Throws a Problem for everything that is wrong with the form.
 */
export const readForm = async (
  { text, isBase64Encoded, contentType = '' }: RawBody,
  { maxBytes, larger = largerFiles, fields: known = [] }: Options,
): Promise<Form> => {
  // Before decoding: a rejected body need not be in memory twice.
  const sizeBytes = isBase64Encoded ? Buffer.byteLength(text, 'base64') : Buffer.byteLength(text);
  if (sizeBytes > maxBytes)
    throw new Problem(
      'request_too_large',
      `The form has ${tooManyBytesText(sizeBytes, maxBytes)} here. ${larger}`,
    );
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType))
    throw new Problem('invalid_form', `This is not a form with a file. ${howTo}`);
  const { boundary } = parseParameters(contentType);
  if (!boundary)
    throw new Problem(
      'invalid_form',
      `The header Content-Type of the form is broken: it needs a boundary. ${howTo}`,
    );
  const parts = splitParts(Buffer.from(text, isBase64Encoded ? 'base64' : 'utf8'), boundary);
  if (!parts)
    throw new Problem(
      'invalid_form',
      'The form is malformed, or ends before its last boundary. Send it again.',
    );
  return toForm(parts, known);
};

const toForm = (parts: readonly Part[], known: readonly string[]): Form => {
  const sent = parts.filter((part) => !isEmptyInput(part));
  const files = sent.filter((part) => part.name === 'file' && isFile(part));
  if (files.length === 0) throw new Problem('missing_file', `${describeParts(sent)} ${howTo}`);
  if (files.length > maxFiles)
    throw new Problem(
      'too_many_files',
      `The form has more than ${maxFiles} files. Send them in several requests.`,
    );
  const fields = sent.filter(
    ({ name, filename }) => known.includes(name) && filename === undefined,
  );
  const tooLong = fields.find(({ bytes }) => bytes.length > maxFieldBytes);
  if (tooLong) throw new Problem('invalid_form', `The field ${tooLong.name} is too long.`);
  return {
    files: files.map(toFile),
    fields: Object.fromEntries(fields.map(({ name, bytes }) => [name, bytes.toString()])),
    warnings: sent.filter((part) => !files.includes(part) && !fields.includes(part)).map(toWarning),
  };
};

/** What clients send for a file input in which nothing was chosen; undici leaves the filename out. */
const isEmptyInput = ({ name, filename, bytes }: Part): boolean =>
  bytes.length === 0 && (filename === '' || (name === 'file' && filename === undefined));

/**
 * By RFC 7578 §4.2 a file has a filename, but some clients leave it out: then its type or its bytes say
 * that it is more than text.
 */
const isFile = ({ filename, contentType = 'text/plain', bytes }: Part): boolean =>
  filename !== undefined || contentType !== 'text/plain' || !isUtf8(bytes);

const toFile = ({ filename, contentType, bytes }: Part): FormFile => ({
  filename: cleanFilename(filename ?? ''),
  contentType: toContentType(contentType),
  bytes,
});

/**
 * A part without a type is text/plain by definition (RFC 7578 §4.4), and many clients write that for any
 * file: it is not taken as a claim.
 */
const toContentType = (contentType = 'text/plain'): string =>
  contentType === 'text/plain' ? 'application/octet-stream' : contentType;

const toWarning = ({ name }: Part): Warning => ({
  part: plainText(name),
  error: `The part ${nameText(name)} was not read: files are sent in parts named file.`,
  error_code: 'unexpected_part',
});

const nameText = (name: string): string => plainText(name, 60) || 'without a name';

/** What came instead of a file. */
const describeParts = (parts: readonly Part[]): string => {
  if (parts.length === 0) return 'The form has no file in it.';
  if (parts.some(({ name }) => name === 'file'))
    return 'The form has no file in it: the part named file is text.';
  const names = [...new Set(parts.slice(0, 10).map(({ name }) => nameText(name)))];
  return `The form has no file in a part named file, but the ${names.length === 1 ? 'part' : 'parts'} ${names.join(', ')}.`;
};

/** The last segment of what may be a path, without control characters. */
const cleanFilename = (filename: string): string => {
  const last = filename.split(/[/\\]/).at(-1) ?? '';
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
