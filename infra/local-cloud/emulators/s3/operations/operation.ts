import type { AccessKey } from '../requests/credentials.ts';
import type { S3Request } from '../requests/s3-request.ts';
import { S3Error } from '../s3-error.ts';
import type { BucketStore } from '../store/bucket-store.ts';
import type { ByteFiles, ByteReader } from '../store/byte-files.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { UploadStore } from '../store/upload-store.ts';
import type { XmlContent } from '../xml.ts';

/** What operations work with. */
export type S3Context = {
  buckets: BucketStore;
  objects: ObjectStore;
  uploads: UploadStore;
  files: ByteFiles;
  key: AccessKey;
  region: string;
};

export type S3Response = {
  /** 200, if nothing else is said. */
  status?: number;
  /** What is undefined is not sent. */
  headers?: Readonly<Record<string, string | number | undefined>>;
  /** The root's name and its content. */
  xml?: readonly [string, XmlContent];
  body?: ByteReader;
};

/** An operation of S3's API. Throws S3Error. */
export type Operation = (
  request: S3Request,
  context: S3Context,
) => S3Response | Promise<S3Response>;

export const xmlNamespace = { '@xmlns': 'http://s3.amazonaws.com/doc/2006-03-01/' };

/** Everything belongs to one owner. */
export const owner = { ID: 'local', DisplayName: 'local' };

export const quoted = (etag: string): string => `"${etag}"`;

export const toIso = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** A whole number of a query, at most `max`, which is also what is meant by none. */
export const countParameter = (request: S3Request, name: string, max: number): number => {
  const text = request.query.get(name) ?? '';
  if (text === '') return max;
  if (/^\d{1,10}$/.test(text)) return Math.min(max, Number(text));
  const message = `Provided ${name} not an integer or within integer range`;
  throw new S3Error('InvalidArgument', message, { ArgumentName: name, ArgumentValue: text });
};
