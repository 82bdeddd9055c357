import { dynamoEditSessions } from '#lib/aws/dynamo-edit-sessions.ts';
import { config } from '#lib/config.ts';
import { toCacheView } from '#lib/http/cache-view.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { routes } from '#lib/http/routes.ts';

const editSessions = dynamoEditSessions(config.tables);

export const handler = endpoint(
  routes.getCacheStatus,
  async () => {
    const now = new Date();
    return reply(200, toCacheView(await editSessions.report(now), now));
  },
  config,
);
