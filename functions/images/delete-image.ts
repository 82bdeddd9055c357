import { cloudfrontCdn } from '#lib/aws/cloudfront-cdn.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRenditionSets } from '#lib/aws/dynamo-rendition-sets.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { s3Variants } from '#lib/aws/s3-variants.ts';
import { sqsStepQueues } from '#lib/aws/sqs-step-queues.ts';
import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { deleteImageRoute } from '#lib/http/routes/delete-image.ts';
import { deleteImage } from '#lib/images/delete-image.ts';

const deps = {
  images: dynamoImages(config.tables),
  renditionSets: dynamoRenditionSets(config.tables),
  originals: s3Objects(config.originalsBucket),
  derived: s3Objects(config.derivedBucket),
  variants: s3Variants(config.derivedBucket),
  cdn: cloudfrontCdn(config.cdnDistributionId),
  stepQueues: sqsStepQueues(config.queues),
  sizes: config.sizes,
  now: () => new Date(),
};

export const handler = endpoint(
  deleteImageRoute,
  async ({ path }) => {
    await deleteImage(path.image_id, deps);
    return reply(200, { image_id: path.image_id, deleted: true });
  },
  config,
);
