import { S3Error } from '../s3-error.ts';
import type { XmlContent } from '../xml.ts';
import { findObject } from './find-object.ts';
import { type Operation, owner, toIso, xmlNamespace } from './operation.ts';

export const listBuckets: Operation = (_, { buckets }) => {
  const Bucket = buckets
    .list()
    .map(({ name, created_at }) => ({ Name: name, CreationDate: toIso(created_at) }));
  const result = { ...xmlNamespace, Owner: owner, Buckets: { Bucket } };
  return { xml: ['ListAllMyBucketsResult', result] };
};

export const createBucket: Operation = ({ bucket }, { buckets }) => {
  if (!/^(?=.{3,63}$)[a-z0-9]([a-z0-9-]|\.(?!\.))*[a-z0-9]$/.test(bucket)) {
    const message = 'The specified bucket is not valid.';
    throw new S3Error('InvalidBucketName', message, { BucketName: bucket });
  }
  if (buckets.add(bucket)) return { headers: { location: `/${bucket}` } };
  throw new S3Error(
    'BucketAlreadyOwnedByYou',
    'Your previous request to create the named bucket succeeded and you already own it.',
    { BucketName: bucket },
  );
};

export const deleteBucket: Operation = ({ bucket }, { buckets, files }) => {
  const released = buckets.remove(bucket);
  if (!released) {
    const message = 'The bucket you tried to delete is not empty';
    throw new S3Error('BucketNotEmpty', message, { BucketName: bucket });
  }
  files.remove(released);
  return { status: 204 };
};

export const headBucket: Operation = (_, { region }) => ({
  headers: { 'x-amz-bucket-region': region },
});

/** Empty means us-east-1. */
export const getBucketLocation: Operation = (_, { region }) => ({
  xml: [
    'LocationConstraint',
    region === 'us-east-1' ? xmlNamespace : { ...xmlNamespace, '#text': region },
  ],
});

/** Versioning was never switched on. */
export const getBucketVersioning: Operation = () => ({
  xml: ['VersioningConfiguration', xmlNamespace],
});

const accessControl: readonly [string, XmlContent] = [
  'AccessControlPolicy',
  {
    ...xmlNamespace,
    Owner: owner,
    AccessControlList: {
      Grant: {
        Grantee: {
          '@xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
          '@xsi:type': 'CanonicalUser',
          ...owner,
        },
        Permission: 'FULL_CONTROL',
      },
    },
  },
];

export const getBucketAcl: Operation = () => ({ xml: accessControl });

export const getObjectAcl: Operation = (request, context) => {
  findObject(request, context);
  return { xml: accessControl };
};
