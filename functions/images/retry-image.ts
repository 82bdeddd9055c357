import { resolveCaptionProvider } from '#lib/ai/settings.ts';
import { endpoint } from '#lib/api/endpoint.ts';
import { viewOf } from '#lib/api/image-view.ts';
import { reply } from '#lib/api/route.ts';
import { routes } from '#lib/api/routes.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { sqsWorkers } from '#lib/aws/sqs-workers.ts';
import { config, secretPresence } from '#lib/config.ts';
import { retryImage } from '#lib/images/retry-image.ts';

const { sizes } = config;
const deps = {
  images: dynamoImages(config.tables),
  workers: sqsWorkers(config.queues),
  captioning: resolveCaptionProvider(config.caption(secretPresence)),
  now: () => new Date(),
};

export const handler = endpoint(
  routes.retryImage,
  async ({ path, baseUrl }) => {
    const image = await retryImage(path.image_id, deps);
    return reply(202, viewOf(image, { baseUrl, sizes }));
  },
  config,
);
