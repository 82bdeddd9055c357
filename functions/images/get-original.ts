import { endpoint } from '#lib/api/endpoint.ts';
import { originalReply } from '#lib/api/original-reply.ts';
import { routes } from '#lib/api/routes.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { config } from '#lib/config.ts';
import { linkOriginal } from '#lib/images/link-original.ts';

const deps = {
  images: dynamoImages(config.tables),
  originals: s3Objects(config.originalsBucket),
  now: () => new Date(),
};

export const handler = endpoint(
  routes.getOriginal,
  async (request) => originalReply(request, await linkOriginal(request.path.image_id, deps)),
  config,
);
