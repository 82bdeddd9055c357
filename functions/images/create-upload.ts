import { randomUUID } from 'node:crypto';
import { s3PresignedPosts } from '#lib/aws/s3-presigned-posts.ts';
import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { createUploadRoute } from '#lib/http/routes/create-upload.ts';
import { createUpload } from '#lib/images/create-upload.ts';

const deps = {
  presignedPosts: s3PresignedPosts(config.originalsBucket),
  newId: randomUUID,
  now: () => new Date(),
  uploadMaxBytes: config.uploadMaxBytes,
};

export const handler = endpoint(
  createUploadRoute,
  async ({ body, requestId }) => {
    const { filename, content_type: contentType, size_bytes: sizeBytes, sha256 } = body;
    const request = { filename, contentType, sizeBytes, sha256, requestId };
    const { imageId, url, fields, expiresAt, maxBytes } = await createUpload(request, deps);
    return reply(201, {
      image_id: imageId,
      url,
      fields,
      expires_at: expiresAt.toISOString(),
      max_bytes: maxBytes,
    });
  },
  config,
);
