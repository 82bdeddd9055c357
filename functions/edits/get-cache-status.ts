import { cacheViewOf } from '#lib/http/cache-view.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { routes } from '#lib/http/routes.ts';
import { dynamoProcesses } from '#lib/aws/dynamo-edit-sessions.ts';
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
