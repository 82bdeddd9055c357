import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { linkMethod, originalReply } from '#lib/http/original-reply.ts';
import { routes } from '#lib/http/routes.ts';
import { presignOriginal } from '#lib/images/presign-original.ts';

const deps = {
  images: dynamoImages(config.tables),
  originals: s3Objects(config.originalsBucket),
  now: () => new Date(),
};

export const handler = endpoint(
  routes.getOriginal,
  async (request) => {
    const asked = { imageId: request.path.image_id, method: linkMethod(request) };
    return originalReply(request, await presignOriginal(asked, deps));
  },
  config,
);
