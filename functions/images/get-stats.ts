import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { getStatsRoute } from '#lib/http/routes/get-stats.ts';
import { toStatsView } from '#lib/http/stats-view.ts';

const images = dynamoImages(config.tables);

export const handler = endpoint(
  getStatsRoute,
  async () => reply(200, toStatsView(await images.counts())),
  config,
);
