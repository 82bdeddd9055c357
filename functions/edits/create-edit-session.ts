import { dynamoEditSessions } from '#lib/aws/dynamo-edit-sessions.ts';
import { secret } from '#lib/aws/ssm-secrets.ts';
import { config } from '#lib/config.ts';
import { accessFrom } from '#lib/delivery/access.ts';
import { linksBelow } from '#lib/delivery/links.ts';
import { lifetime } from '#lib/edits/edit-session.ts';
import { toEditSessionView } from '#lib/http/edit-view.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { routes } from '#lib/http/routes.ts';

const editSessions = dynamoEditSessions(config.tables);

const links = linksBelow(config.presets, accessFrom(config.deliveryAccess, secret));

export const handler = endpoint(
  routes.createEditSession,
  async ({ body, baseUrl }) => {
    const ttlSeconds = body?.ttl_seconds ?? lifetime.usual;
    const process = await editSessions.add({ ttlSeconds }, new Date());
    return reply(
      201,
      toEditSessionView({ process, edits: [], asked: undefined }, await links(baseUrl)),
    );
  },
  config,
);
