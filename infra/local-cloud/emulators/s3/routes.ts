import {
  createBucket,
  deleteBucket,
  getBucketAcl,
  getBucketLocation,
  getBucketVersioning,
  getObjectAcl,
  headBucket,
  listBuckets,
} from './operations/buckets.ts';
import { completeMultipartUpload } from './operations/complete-upload.ts';
import { deleteObject, deleteObjects } from './operations/delete-objects.ts';
import { getObject, headObject } from './operations/get-object.ts';
import { listObjects } from './operations/list-objects.ts';
import { listMultipartUploads, listParts } from './operations/list-uploads.ts';
import { getObjectAttributes } from './operations/object-attributes.ts';
import {
  deleteObjectTagging,
  getObjectTagging,
  putObjectTagging,
} from './operations/object-tagging.ts';
import type { Operation } from './operations/operation.ts';
import { putObject } from './operations/put-object.ts';
import {
  abortMultipartUpload,
  createMultipartUpload,
  uploadPart,
} from './operations/upload-parts.ts';
import type { S3Request } from './requests/s3-request.ts';
import { notImplemented, S3Error } from './s3-error.ts';

const operations: Readonly<Record<string, Operation>> = {
  'GET service': listBuckets,

  'GET bucket': listObjects,
  'PUT bucket': createBucket,
  'HEAD bucket': headBucket,
  'DELETE bucket': deleteBucket,
  'GET bucket?acl': getBucketAcl,
  'GET bucket?location': getBucketLocation,
  'GET bucket?uploads': listMultipartUploads,
  'GET bucket?versioning': getBucketVersioning,
  'POST bucket?delete': deleteObjects,

  'GET object': getObject,
  'HEAD object': headObject,
  'PUT object': putObject,
  'DELETE object': deleteObject,
  'GET object?acl': getObjectAcl,
  'GET object?attributes': getObjectAttributes,
  'GET object?tagging': getObjectTagging,
  'PUT object?tagging': putObjectTagging,
  'DELETE object?tagging': deleteObjectTagging,
  'POST object?uploads': createMultipartUpload,
  'GET object?uploadId': listParts,
  'PUT object?uploadId': uploadPart,
  'POST object?uploadId': completeMultipartUpload,
  'DELETE object?uploadId': abortMultipartUpload,
};

/**
 * What a query may ask for instead of the bucket or object itself, of all that S3 knows. Any other
 * name in a query is passed over, as S3 does.
 */
const subresources = {
  service: [],
  bucket: [
    ...['abac', 'accelerate', 'acl', 'analytics', 'cors', 'delete', 'encryption'],
    ...['intelligent-tiering', 'inventory', 'lifecycle', 'location', 'logging'],
    ...['metadataConfiguration', 'metadataInventoryTable', 'metadataJournalTable'],
    ...['metadataTable', 'metrics', 'notification', 'object-lock', 'ownershipControls', 'policy'],
    ...['policyStatus', 'publicAccessBlock', 'replication', 'requestPayment', 'session'],
    ...['tagging', 'uploads', 'versioning', 'versions', 'website'],
  ],
  object: [
    ...['acl', 'attributes', 'encryption', 'legal-hold', 'renameObject', 'restore', 'retention'],
    ...['select', 'tagging', 'torrent', 'uploadId', 'uploads'],
  ],
} as const;

/** Throws NotImplemented or MethodNotAllowed. */
export const findOperation = ({ method, bucket, key, query }: S3Request): Operation => {
  const level = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
  const subresource = subresources[level].find((name) => query.has(name));
  const operation = operations[`${method} ${level}${subresource ? `?${subresource}` : ''}`];
  if (operation) return operation;
  if (subresource) throw notImplemented(subresource);
  throw new S3Error(
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    { Method: method, ResourceType: level.toUpperCase() },
  );
};
