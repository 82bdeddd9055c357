import { resolveCaptionProvider } from '#lib/ai/settings.ts';
import { cloudfrontCdn } from '#lib/aws/cloudfront-cdn.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRenditionSets } from '#lib/aws/dynamo-rendition-sets.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { s3Variants } from '#lib/aws/s3-variants.ts';
import { sqsFetchQueue } from '#lib/aws/sqs-fetch-queue.ts';
import { sqsStepQueues } from '#lib/aws/sqs-step-queues.ts';
import { config, secretPresence } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { toImageActionView } from '#lib/http/image-action-view.ts';
import { reply } from '#lib/http/route.ts';
import { actOnImagesRoute } from '#lib/http/routes/act-on-images.ts';
import { actOnImages } from '#lib/images/act-on-images.ts';
import { deleteImage } from '#lib/images/delete-image.ts';
import { retryImage } from '#lib/images/retry-image.ts';
import { logger } from '#lib/observability.ts';

const imageDeps = {
  images: dynamoImages(config.tables),
  renditionSets: dynamoRenditionSets(config.tables),
  originals: s3Objects(config.originalsBucket),
  derived: s3Objects(config.derivedBucket),
  variants: s3Variants(config.derivedBucket),
  cdn: cloudfrontCdn(config.cdnDistributionId),
  stepQueues: sqsStepQueues(config.queues),
  fetchQueue: sqsFetchQueue(config.queues),
  captioning: resolveCaptionProvider(config.caption(secretPresence)),
  sizes: config.sizes,
  now: () => new Date(),
};

const deps = {
  act: {
    delete: (imageId: string) => deleteImage(imageId, imageDeps),
    retry: (imageId: string) => retryImage(imageId, imageDeps),
  },
  reportFailure: (imageId: string, error: unknown) =>
    logger.error('image action failed', { image_id: imageId, error: String(error) }),
};

export const handler = endpoint(
  actOnImagesRoute,
  async ({ body }) => {
    const { action, image_ids: imageIds } = body;
    const outcomes = await actOnImages({ action, imageIds }, deps);
    return reply(200, outcomes.map(toImageActionView));
  },
  config,
);
