import { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type ObjectIdentifier,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Objects, PutOptions, ServedAs } from '#lib/images/objects.ts';
import { release } from '#lib/release.ts';
import { continueTrace, inSpan } from '#lib/tracing/spans.ts';
import { s3 } from './clients.ts';
import { repeatBroken } from './s3-broken-body.ts';
import { decodeUserMetadata, encodeUserMetadata } from './s3-user-metadata.ts';
import { traceMetadata } from './trace-attributes.ts';

type Place = { bucket: string; client: S3Client };

/** The objects of one bucket. ETags have no quotes here. */
export const s3Objects = (bucket: string, client: S3Client = s3()): Objects => {
  const place: Place = { bucket, client };
  return {
    async head(key) {
      const found = await unlessMissing(
        client.send(new HeadObjectCommand({ ...at(place, key), ChecksumMode: 'ENABLED' })),
      );
      if (!found) return undefined;
      const { ETag: etag, LastModified: lastModified } = found;
      if (!etag || !lastModified) throw new Error(`S3 sent no ETag or no date for ${key}.`);
      const userMetadata = decodeUserMetadata(found.Metadata);
      continueTrace(userMetadata['traceparent']);
      return {
        etag: unquoted(etag),
        sizeBytes: found.ContentLength ?? 0,
        contentType: found.ContentType,
        lastModified,
        userMetadata,
        sha256: toHex(found.ChecksumSHA256),
      };
    },

    read: (key, etag) => unlessMissing(get(place, key, etag)),

    async readRange(key, offset, length, etag) {
      if (length < 1) return new Uint8Array();
      const range = `bytes=${offset}-${offset + length - 1}`;
      return unlessMissing(get(place, key, etag, range).catch(emptyBeyondEnd));
    },

    write: (key, bytes, options) =>
      inSpan(
        'store',
        { kind: 'client', attributes: { 'aws.s3.bucket': bucket, 'aws.s3.key': key } },
        () => write(place, key, bytes, options),
      ),

    async remove(keys) {
      for (let from = 0; from < keys.length; from += maxPerRemoval)
        await removeSome(
          place,
          keys.slice(from, from + maxPerRemoval).map((key) => ({ Key: key })),
        );
    },

    // LocalStack 4.14 rejects DeleteObject with If-Match, and ignores the ETag here.
    deleteIfMatch: (key, etag) => removeSome(place, [{ Key: key, ETag: `"${etag}"` }]),

    link: (key, seconds, as) => {
      const served = {
        ...at(place, key),
        ...(as && { ResponseContentDisposition: toContentDisposition(as) }),
        ...(as?.contentType && { ResponseContentType: as.contentType }),
      };
      const expiry = { expiresIn: seconds };
      return as?.method === 'HEAD'
        ? getSignedUrl(client, new HeadObjectCommand(served), expiry)
        : getSignedUrl(client, new GetObjectCommand(served), expiry);
    },
  };
};

const at = ({ bucket }: Place, key: string) => ({ Bucket: bucket, Key: key });

const get = (place: Place, key: string, etag: string | undefined, range?: string) =>
  repeatBroken(() => getOnce(place, key, etag, range));

const getOnce = async (
  place: Place,
  key: string,
  etag: string | undefined,
  range: string | undefined,
) => {
  const { Body: body, ContentLength: sizeBytes } = await place.client.send(
    new GetObjectCommand({
      ...at(place, key),
      ...(etag !== undefined && { IfMatch: `"${etag}"` }),
      ...(range && { Range: range }),
    }),
  );
  if (!body) throw new Error(`S3 sent no body for ${key}.`);
  if (sizeBytes === undefined || !(body instanceof Readable)) return body.transformToByteArray();
  return readWhole(body, sizeBytes);
};

const removeSome = async ({ bucket, client }: Place, some: ObjectIdentifier[]) => {
  const { Errors: errors = [] } = await client.send(
    new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: some, Quiet: true } }),
  );
  const fault = errors.find(({ Code: code }) => !code || !missing.has(code));
  if (fault) throw new Error(`S3 did not delete ${fault.Key}: ${fault.Code}.`);
};

const write = async (
  place: Place,
  key: string,
  bytes: Uint8Array,
  { contentType, sha256, userMetadata }: PutOptions,
): Promise<string> => {
  const command = new PutObjectCommand({
    ...at(place, key),
    Body: bytes,
    ContentType: contentType,
    ...(sha256 && { ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64') }),
    ...(userMetadata && {
      Metadata: encodeUserMetadata({ ...userMetadata, ...traceMetadata() }),
    }),
  });
  // The signer needs a SHA-256 of the body as well, and uses the one in this header.
  if (sha256)
    command.middlewareStack.add(
      (next) => (args) => next({ ...args, request: withPayloadHash(args.request, sha256) }),
      { step: 'build' },
    );
  const { ETag: etag } = await place.client.send(command);
  if (!etag) throw new Error(`S3 sent no ETag for ${key}.`);
  return unquoted(etag);
};

/** Into one buffer, chunk by chunk: the SDK would hold all chunks until it has joined them. */
const readWhole = async (body: Readable, sizeBytes: number): Promise<Uint8Array> => {
  const bytes = new Uint8Array(sizeBytes);
  let at = 0;
  const chunks: AsyncIterable<Uint8Array> = body;
  for await (const chunk of chunks) {
    bytes.set(chunk, at); // a RangeError if there are more than announced
    at += chunk.length;
    release(chunk);
  }
  if (at < sizeBytes) throw new Error(`S3 sent ${at} bytes of ${sizeBytes}.`);
  return bytes;
};

const maxPerRemoval = 1000; // DeleteObjects' limit

const unquoted = (etag: string) => etag.replace(/^"|"$/g, '');

/** The checksum of a whole object; that of a multipart upload (`…-3`) is not one of its bytes. */
const toHex = (checksum: string | undefined) =>
  checksum && /^[A-Za-z0-9+/]{43}=$/.test(checksum)
    ? Buffer.from(checksum, 'base64').toString('hex')
    : undefined;

/** No such object, or no longer the one with that ETag. A missing bucket is an error, and is thrown. */
const missing = new Set(['NoSuchKey', 'NotFound', 'PreconditionFailed']);
const unlessMissing = <T>(result: Promise<T>): Promise<T | undefined> =>
  result.catch((error) => {
    if (error instanceof S3ServiceException && missing.has(error.name)) return undefined;
    throw error;
  });

const emptyBeyondEnd = (error: unknown): Uint8Array => {
  if (error instanceof S3ServiceException && error.name === 'InvalidRange') return new Uint8Array();
  throw error;
};

const withPayloadHash = (request: unknown, sha256: string): unknown => {
  if (typeof request === 'object' && request && 'headers' in request && request.headers)
    Object.assign(request.headers, { 'x-amz-content-sha256': sha256 });
  return request;
};

/** RFC 6266: a plain name for old clients, and the real one (RFC 8187) for all others. */
const toContentDisposition = ({ filename, disposition = 'inline' }: ServedAs): string => {
  const plain = filename.replace(/[^\w. -]/g, '_');
  const real = encodeURIComponent(filename.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${disposition}; filename="${plain}"; filename*=UTF-8''${real}`;
};
