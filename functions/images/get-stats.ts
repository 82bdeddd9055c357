import { dynamoImageCounters } from '#lib/aws/dynamo-image-counters.ts';
import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { getStatsRoute } from '#lib/http/routes/get-stats.ts';
import { toStatsView } from '#lib/http/stats-view.ts';
import { findDetail } from '#lib/images/detail-counters.ts';

const counters = dynamoImageCounters(config.tables);

export const handler = endpoint(
  getStatsRoute,
  async ({ query: { detail } }) => {
    const [total, details] = await Promise.all([
      counters.total(),
      findDetail(detail, { counters }),
    ]);
    return reply(200, toStatsView(total, details));
  },
  config,
);
