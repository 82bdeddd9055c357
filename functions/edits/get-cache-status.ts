import { dynamoEditSessions } from '#lib/aws/dynamo-edit-sessions.ts';
import { config } from '#lib/config.ts';
import { toCacheView } from '#lib/http/cache-view.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { getCacheStatusRoute } from '#lib/http/routes/get-cache-status.ts';

const editSessions = dynamoEditSessions(config.tables);

export const handler = endpoint(
  getCacheStatusRoute,
  async () => {
    const now = new Date();
    return reply(200, toCacheView(await editSessions.report(now), now));
  },
  config,
);
