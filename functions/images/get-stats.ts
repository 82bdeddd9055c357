import { dynamoImageCounters } from '#lib/aws/dynamo-image-counters.ts';
import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { getStatsRoute } from '#lib/http/routes/get-stats.ts';
import { toStatsView } from '#lib/http/stats-view.ts';

const counters = dynamoImageCounters(config.tables);

export const handler = endpoint(
  getStatsRoute,
  async () => reply(200, toStatsView(await counters.total())),
  config,
);
