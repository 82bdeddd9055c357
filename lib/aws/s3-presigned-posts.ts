import type { S3Client } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import type { PresignedPosts } from '#lib/images/objects.ts';
import { s3 } from './clients.ts';
import { encodeUserMetadata } from './s3-user-metadata.ts';
import { traceMetadata } from './trace-attributes.ts';

/**
 * Presigned POST forms for one bucket. Every field is a condition of the signed policy, so that S3
 * rejects any other key, type, metadata or checksum, an empty file, and one with too many bytes.
 */
export const s3PresignedPosts = (bucket: string, client: S3Client = s3()): PresignedPosts => ({
  async presignPost({ key, contentType, maxBytes, seconds, sha256, userMetadata }) {
    const metadata = Object.entries(encodeUserMetadata({ ...userMetadata, ...traceMetadata() }));
    const { url, fields } = await createPresignedPost(client, {
      Bucket: bucket,
      Key: key,
      Expires: seconds,
      Conditions: [['content-length-range', 1, maxBytes]],
      Fields: {
        'Content-Type': contentType,
        ...Object.fromEntries(metadata.map(([name, value]) => [`x-amz-meta-${name}`, value])),
        ...(sha256 && {
          'x-amz-checksum-algorithm': 'SHA256',
          'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64'),
        }),
      },
    });
    return { url, fields };
  },
});
