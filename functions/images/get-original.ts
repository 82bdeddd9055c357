import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { linkMethod, originalReply } from '#lib/http/original-reply.ts';
import { getOriginalRoute } from '#lib/http/routes/get-original.ts';
import { presignOriginal } from '#lib/images/presign-original.ts';

const deps = {
  images: dynamoImages(config.tables),
  originals: s3Objects(config.originalsBucket),
  now: () => new Date(),
};

export const handler = endpoint(
  getOriginalRoute,
  async (request) => {
    const input = { imageId: request.path.image_id, method: linkMethod(request) };
    return originalReply(request, await presignOriginal(input, deps));
  },
  config,
);
