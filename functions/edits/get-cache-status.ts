import { cacheViewOf } from '#lib/api/cache-view.ts';
import { endpoint } from '#lib/api/endpoint.ts';
import { reply } from '#lib/api/route.ts';
import { routes } from '#lib/api/routes.ts';
import { dynamoProcesses } from '#lib/aws/dynamo-processes.ts';
import { config } from '#lib/config.ts';

const processes = dynamoProcesses(config.tables);

export const handler = endpoint(
  routes.getCacheStatus,
  async () => {
    const now = new Date();
    return reply(200, cacheViewOf(await processes.report(now), now));
  },
  config,
);
