import { endpoint } from '#lib/api/endpoint.ts';
import { reply } from '#lib/api/route.ts';
import { routes } from '#lib/api/routes.ts';
import { statsOf } from '#lib/api/stats-view.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { config } from '#lib/config.ts';

const images = dynamoImages(config.tables);

export const handler = endpoint(
  routes.getStats,
  async () => reply(200, statsOf(await images.counts())),
  config,
);
