import { resolveCaptionProvider } from '#lib/ai/settings.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { sqsFetchQueue } from '#lib/aws/sqs-fetch-queue.ts';
import { sqsStepQueues } from '#lib/aws/sqs-step-queues.ts';
import { secret } from '#lib/aws/ssm-secrets.ts';
import { config, secretPresence } from '#lib/config.ts';
import { accessFrom } from '#lib/delivery/access.ts';
import { linksBelow } from '#lib/delivery/links.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { toImageView } from '#lib/http/image-view.ts';
import { reply } from '#lib/http/route.ts';
import { retryImageRoute } from '#lib/http/routes/retry-image.ts';
import { retryImage } from '#lib/images/retry-image.ts';

const deps = {
  images: dynamoImages(config.tables),
  stepQueues: sqsStepQueues(config.queues),
  fetchQueue: sqsFetchQueue(config.queues),
  captioning: resolveCaptionProvider(config.caption(secretPresence)),
  now: () => new Date(),
};

const links = linksBelow(config.presets, accessFrom(config.deliveryAccess, secret));

export const handler = endpoint(
  retryImageRoute,
  async ({ path, baseUrl }) => {
    const image = await retryImage(path.image_id, deps);
    return reply(202, toImageView(image, { ...(await links(baseUrl)), baseUrl }));
  },
  config,
);
