import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import busboy from 'busboy';
import { formBody } from '../body/incoming-body.ts';
import { receiveBody } from '../body/receive-body.ts';
import { checkKeyLength } from '../requests/s3-request.ts';
import { encodeUri } from '../requests/uri.ts';
import { S3Error } from '../s3-error.ts';
import { checkBucket } from './find-object.ts';
import { checksumHeaders, checkWriteHeaders, storedHeaders } from './object-headers.ts';
import { quoted, type S3Context, type S3Response } from './operation.ts';
import { checkPolicy } from './post-policy.ts';
import { parseTagDocument } from './tags.ts';

type Fields = Map<string, string>;

const maxFieldBytes = 20 * 1024; // all that S3 takes before the file

export const isForm = ({ method, headers }: IncomingMessage): boolean =>
  method === 'POST' && /^multipart\/form-data/i.test(headers['content-type'] ?? '');

/**
 * Stores the file of a browser's form, if the policy in it allows that. The file goes to disk as it
 * comes; once it is larger than the policy says, no more is read.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
export const postObject = async (
  message: IncomingMessage,
  bucket: string,
  context: S3Context,
): Promise<S3Response> => {
  checkBucket(bucket, context);
  const { fields, stored } = await readForm(message, async (fields, file, filename) => ({
    fields,
    stored: await storeFile(bucket, context, fields, file, filename),
  }));
  const { key, etag, details } = stored;
  const path = [bucket, ...key.split('/')].map(encodeUri).join('/');
  const location = `http://${message.headers.host}/${path}`;
  const headers = { etag: quoted(etag), location, ...checksumHeaders(details.checksum) };
  const redirect = fields.get('success_action_redirect');
  if (redirect && URL.canParse(redirect) && /^https?:/.test(redirect)) {
    const target = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket, key, etag: quoted(etag) })) {
      target.searchParams.append(name, value);
    }
    return { status: 303, headers: { ...headers, location: target.href } };
  }
  const status = Number(fields.get('success_action_status'));
  if (status !== 201) return { status: status === 200 ? 200 : 204, headers };
  const result = { Location: location, Bucket: bucket, Key: key, ETag: quoted(etag) };
  return { status, headers, xml: ['PostResponse', result] };
};

const storeFile = async (
  bucket: string,
  context: S3Context,
  fields: Fields,
  file: Readable,
  filename: string,
) => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: S3's own variable, not JavaScript's
  const key = (fields.get('key') ?? '').replaceAll('${filename}', () => filename);
  if (key === '') {
    const message = "Bucket POST must contain a field named 'key'.";
    throw new S3Error('InvalidArgument', message, { ArgumentName: 'key' });
  }
  fields.set('key', key);
  const range = checkPolicy(fields, { bucket, key: context.key, now: new Date() });
  checkKeyLength(key);
  const headers: Record<string, string> = Object.fromEntries(fields);
  const acl = fields.get('acl');
  checkWriteHeaders(acl === undefined ? headers : { ...headers, 'x-amz-acl': acl });
  const tagging = fields.get('tagging');
  const details = {
    headers: storedHeaders(headers),
    tags: tagging === undefined ? [] : parseTagDocument(tagging),
  };
  const body = formBody(file, headers);
  const verify: typeof body.verify = (digests, sizeBytes) => {
    if (sizeBytes < range.minBytes) throw entityTooSmall(sizeBytes, range.minBytes);
    return body.verify(digests, sizeBytes);
  };
  const received = await receiveBody(context.files, { ...body, verify }, range);
  const { sizeBytes, md5, checksum, segments } = received;
  const object = { key, sizeBytes, etag: md5, details: { ...details, checksum, segments } };
  return context.objects.put(bucket, object, 'ObjectCreated:Post');
};

const readForm = async <T>(
  message: IncomingMessage,
  store: (fields: Fields, file: Readable, filename: string) => Promise<T>,
): Promise<T> => {
  const form = openForm(message);
  let isBroken = false;
  const cutOff = () => {
    if (!message.complete) form.destroy(malformedForm());
  };
  const stored = new Promise<T>((resolve, reject) => {
    const fields: Fields = new Map();
    form.on('field', (name, value, { valueTruncated }) => {
      if (valueTruncated) {
        reject(
          new S3Error('MaxPostPreDataLengthExceededError', 'A field of the form is too long.'),
        );
      } else if (name === 'file') resolve(store(fields, Readable.from([Buffer.from(value)]), ''));
      else fields.set(name.toLowerCase(), value);
    });
    form.on('file', (_, file, { filename }) => {
      file.once('error', reject);
      resolve(store(fields, file, filename ?? ''));
    });
    form.once('error', () => {
      isBroken = true; // the store sees only that its bytes ended
      reject(malformedForm());
    });
    form.once('close', () => {
      const text = 'POST requires exactly one file upload per request.';
      reject(new S3Error('InvalidArgument', text));
    });
    message.once('close', cutOff);
    message.pipe(form);
  });
  try {
    return await stored;
  } catch (error) {
    throw isBroken ? malformedForm() : error;
  } finally {
    message.off('close', cutOff).unpipe(form);
    form.on('error', () => {}).destroy();
  }
};

const openForm = ({ headers }: IncomingMessage) => {
  try {
    const limits = { files: 1, fields: 100, fieldSize: maxFieldBytes };
    return busboy({ headers, limits, defParamCharset: 'utf8' });
  } catch {
    throw malformedForm(); // no boundary
  }
};

const malformedForm = () =>
  new S3Error(
    'MalformedPOSTRequest',
    'The body of your POST request is not well-formed multipart/form-data.',
  );

const entityTooSmall = (sizeBytes: number, minBytes: number) =>
  new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
    ProposedSize: sizeBytes,
    MinSizeAllowed: minBytes,
  });
