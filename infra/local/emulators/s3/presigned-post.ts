import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import busboy from 'busboy';
import type { Context } from 's3rver';
import { checkKey } from './object-key.ts';
import type { ObjectStore } from './object-store.ts';
import { promisesOf } from './payload.ts';
import { checkPolicy } from './post-policy.ts';
import { refusal } from './refusal.ts';

type Tools = { objects: ObjectStore; secret: string };
type Fields = Map<string, string>;

const longestField = 20 * 1024; // all that S3 takes before the file

export const isForm = ({ method, req }: Context): boolean =>
  method === 'POST' && /^multipart\/form-data/i.test(req.headers['content-type'] ?? '');

/**
 * Stores the file of a browser's form, if the policy in it allows that. The file goes to disk as it
 * comes; once it is larger than the policy says, no more is read.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
export const receiveForm = async (context: Context, bucket: string, tools: Tools) => {
  const store = async (fields: Fields, file: Readable, filename: string) => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: S3's own variable, not JavaScript's
    const key = (fields.get('key') ?? '').replaceAll('${filename}', filename);
    if (key === '') throw refusal('InvalidArgument', "A form needs a field 'key' before its file.");
    fields.set('key', key);
    const { shortestBytes, longestBytes } = checkPolicy(fields, {
      bucket,
      secret: tools.secret,
      now: new Date(),
    });
    checkKey(key);
    const headers = Object.fromEntries(fields);
    const payload = { bytes: file, promised: promisesOf(headers) };
    const accept = (sizeBytes: number) => {
      if (sizeBytes < shortestBytes) throw tooSmall(sizeBytes, shortestBytes);
    };
    const arrival = { bucket, key, name: 'ObjectCreated:Post', headers } as const;
    return {
      fields,
      object: await tools.objects.write(arrival, payload, { longestBytes, accept }),
    };
  };
  const { fields, object } = await readForm(context.req, store);
  answer(context, bucket, fields, object);
};

const readForm = async <T>(
  request: IncomingMessage,
  store: (fields: Fields, file: Readable, filename: string) => Promise<T>,
): Promise<T> => {
  const form = formOf(request);
  let isBroken = false;
  const cutOff = () => {
    if (!request.complete) form.destroy(malformed());
  };
  const stored = new Promise<T>((resolve, reject) => {
    const fields: Fields = new Map();
    form.on('field', (name, value, { valueTruncated }) => {
      if (valueTruncated)
        reject(refusal('MaxPostPreDataLengthExceededError', 'A field is too long.'));
      else if (name === 'file') resolve(store(fields, Readable.from([Buffer.from(value)]), ''));
      else fields.set(name.toLowerCase(), value);
    });
    form.on('file', (_, file, { filename }) => {
      file.once('error', reject);
      resolve(store(fields, file, filename ?? ''));
    });
    form.once('error', () => {
      isBroken = true; // the store sees only that its bytes ended
      reject(malformed());
    });
    form.once('close', () => reject(refusal('InvalidArgument', 'A form needs one file.')));
    request.once('close', cutOff);
    request.pipe(form);
  });
  try {
    return await stored;
  } catch (error) {
    throw isBroken ? malformed() : error;
  } finally {
    request.off('close', cutOff).unpipe(form);
    form.on('error', () => {}).destroy();
  }
};

const formOf = (request: IncomingMessage) => {
  try {
    const limits = { files: 1, fields: 100, fieldSize: longestField };
    return busboy({ headers: request.headers, limits, defParamCharset: 'utf8' });
  } catch {
    throw malformed(); // no boundary
  }
};

const answer = (
  context: Context,
  bucket: string,
  fields: Fields,
  { key, etag }: { key: string; etag: string },
): void => {
  const path = key.split('/').map(encodeURIComponent).join('/');
  const location = `http://${context.req.headers.host}/${bucket}/${path}`;
  context.set('ETag', JSON.stringify(etag));
  context.set('Location', location);
  const redirect = fields.get('success_action_redirect');
  if (redirect && URL.canParse(redirect) && /^https?:/.test(redirect)) {
    const target = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket, key, etag: JSON.stringify(etag) })) {
      target.searchParams.append(name, value);
    }
    context.set('Location', target.href);
    context.status = 303;
    return;
  }
  const status = Number(fields.get('success_action_status'));
  context.status = status === 200 || status === 201 ? status : 204;
  if (status !== 201) return;
  const ETag = JSON.stringify(etag);
  context.body = { PostResponse: { Location: location, Bucket: bucket, Key: key, ETag } };
};

const malformed = () =>
  refusal('MalformedPOSTRequest', 'The body of your POST request is not well-formed.');

const tooSmall = (sizeBytes: number, shortestBytes: number) =>
  refusal('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
    ProposedSize: sizeBytes,
    MinSizeAllowed: shortestBytes,
  });
