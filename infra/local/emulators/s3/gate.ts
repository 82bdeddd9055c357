import type { Context, Middleware } from 's3rver';
import type { Catalogue } from './catalogue.ts';
import type { Contents } from './contents.ts';
import { copyPart, isPartCopy } from './copy-part.ts';
import { allowOrigin, answerPreflight, type CorsRule } from './cross-origin.ts';
import { deleteMany } from './delete-many.ts';
import { isListing, listing } from './listing.ts';
import { addressOf, checkKey } from './object-key.ts';
import type { ObjectStore } from './object-store.ts';
import { bytesOf } from './payload.ts';
import { isForm, receiveForm } from './presigned-post.ts';
import { prepareRead } from './read-conditions.ts';
import { refusal } from './refusal.ts';
import { dropUpload } from './s3rver-store.ts';
import { authorise, decoded } from './signature.ts';

type Parts = {
  catalogue: Catalogue;
  contents: Contents;
  objects: ObjectStore;
  secret: string;
  cors: Readonly<Record<string, readonly CorsRule[]>>;
};

/**
 * Stands before s3rver: refuses who may not come in, answers what s3rver answers wrongly or not at
 * all, and hands the rest over in a form that s3rver understands.
 */
export const gate =
  (parts: Parts): Middleware =>
  async (context, next) => {
    const { catalogue, contents, objects, secret, cors } = parts;
    const { method, url = '/', headers } = context.req;
    const { bucket, key } = addressOf(url);
    const rules = cors[bucket] ?? [];
    if (method === 'OPTIONS') return answerPreflight(context, rules);
    allowOrigin(context, rules);
    limitWaste(context);

    if (isForm(context) && key === '') {
      mustExist(catalogue, bucket);
      return receiveForm(context, bucket, { objects, secret });
    }
    authorise({ method: context.method, url, headers }, secret, new Date());
    checkKey(key);
    if (key === '' && bucket !== '') {
      const isMade =
        method === 'PUT' && Object.keys(context.query).every((name) => name === 'x-id');
      if (isMade && catalogue.bucket(bucket)) {
        throw refusal('BucketAlreadyOwnedByYou', 'You own this bucket already.');
      }
      if (!isMade) mustExist(catalogue, bucket);
      if (method === 'HEAD') return empty(context, 200);
      if (method === 'GET' && isListing(context.query)) {
        context.body = listing(catalogue, bucket, context.query);
        return;
      }
      if (method === 'POST' && 'delete' in context.query) {
        context.body = await deleteMany(bytesOf(context.req), (one, etag) =>
          objects.drop(bucket, one, etag),
        );
        return;
      }
    }
    if (method === 'DELETE' && key !== '' && typeof context.query['uploadId'] === 'string') {
      await dropUpload(catalogue, contents, context.query['uploadId']);
      return empty(context, 204);
    }
    if (isPartCopy(context)) {
      context.body = await copyPart(context, parts);
      return;
    }
    const isRead = key !== '' && (method === 'GET' || method === 'HEAD');
    if (isRead && prepareRead(context, catalogue.find(bucket, key))) return;
    handOver(context, bucket, key);
    await next();
  };

/** s3rver knows no signatures of version 4, and finds only keys without empty segments. */
const handOver = (context: Context, bucket: string, key: string): void => {
  const { headers } = context.req;
  const source = headers['x-amz-copy-source'];
  // s3rver decodes it with decodeURI, which leaves %2B and its kind alone.
  if (source) headers['x-amz-copy-source'] = decoded(String(source)).replaceAll('%', '%25');
  delete headers.authorization;
  const query: Context['query'] = {};
  for (const [name, value] of Object.entries(context.query)) {
    if (!/^x-amz-/i.test(name)) query[name] = value;
    else if (name !== 'X-Amz-Signature') headers[name.toLowerCase()] ??= String(value);
  }
  context.query = query;
  context.path = ['', bucket, ...(key === '' ? [] : [key])].map(encodeURIComponent).join('/');
  Object.assign(context.state, { service: 's3', account: {} });
};

const longestWaste = 32 * 1024 * 1024;

// A refused body is read and thrown away, so that the client gets to see the refusal; but not for
// ever.
const limitWaste = ({ req, res }: Context): void => {
  res.once('finish', () => {
    let wasted = 0;
    req.on('data', (bytes: Buffer) => {
      wasted += bytes.length;
      if (wasted > longestWaste) req.destroy();
    });
  });
};

const mustExist = (catalogue: Catalogue, bucket: string): void => {
  if (catalogue.bucket(bucket)) return;
  throw refusal('NoSuchBucket', 'The specified bucket does not exist', { BucketName: bucket });
};

const empty = (context: Context, status: number): void => {
  context.body = '';
  context.status = status;
};
