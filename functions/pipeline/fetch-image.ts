import { resolveCaptionProvider } from '#lib/ai/settings.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRenditionSets } from '#lib/aws/dynamo-rendition-sets.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { sqsBackoff } from '#lib/aws/sqs-visibility.ts';
import { config, secretPresence } from '#lib/config.ts';
import { fetchImage, giveUpFetch } from '#lib/images/fetch-image.ts';
import { FetchMessage } from '#lib/images/messages.ts';
import { sharpInspectWith } from '#lib/media/inspect/sharp-inspect.ts';
import { consumer } from '#lib/queue/consumer.ts';
import { fetchLog } from '#lib/queue/fetch-log.ts';
import { publicFetch } from '#lib/web/public-fetch.ts';

const deps = {
  images: dynamoImages(config.tables),
  renditionSets: dynamoRenditionSets(config.tables),
  originals: s3Objects(config.originalsBucket),
  inspect: sharpInspectWith(config.inspect),
  captioning: resolveCaptionProvider(config.caption(secretPresence)),
  sizes: config.sizes,
  fetchPicture: publicFetch({
    ...config.webRequests,
    maxBytes: config.uploadMaxBytes,
    timeoutMs: config.fetchTimeoutMs,
  }),
  now: () => new Date(),
};

export const handler = consumer(
  FetchMessage,
  (message, delivery) => fetchImage(message, delivery, deps),
  {
    queueUrl: config.queues['fetch-image'],
    backOff: sqsBackoff(),
    giveUp: async (message, last) => void (await giveUpFetch(message, last, deps)),
    log: fetchLog,
  },
);
