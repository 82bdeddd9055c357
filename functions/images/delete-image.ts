import { endpoint } from '#lib/api/endpoint.ts';
import { reply } from '#lib/api/route.ts';
import { routes } from '#lib/api/routes.ts';
import { dynamoContents } from '#lib/aws/dynamo-contents.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { sqsWorkers } from '#lib/aws/sqs-workers.ts';
import { config } from '#lib/config.ts';
import { removeImage } from '#lib/images/remove-image.ts';

const deps = {
  images: dynamoImages(config.tables),
  contents: dynamoContents(config.tables),
  originals: s3Objects(config.originalsBucket),
  derived: s3Objects(config.derivedBucket),
  workers: sqsWorkers(config.queues),
  sizes: config.sizes,
};

export const handler = endpoint(
  routes.deleteImage,
  async ({ path }) => {
    await removeImage(path.image_id, deps);
    return reply(200, { image_id: path.image_id, deleted: true });
  },
  config,
);
