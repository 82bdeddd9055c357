import { dynamoEditSessions } from '#lib/aws/dynamo-edit-sessions.ts';
import { secret } from '#lib/aws/ssm-secrets.ts';
import { config } from '#lib/config.ts';
import { accessFrom } from '#lib/delivery/access.ts';
import { linksBelow } from '#lib/delivery/links.ts';
import { sessionTtl } from '#lib/edits/edit-session.ts';
import { toEditSessionView } from '#lib/http/edit-view.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { createEditSessionRoute } from '#lib/http/routes/create-edit-session.ts';

const editSessions = dynamoEditSessions(config.tables);

const links = linksBelow(config.presets, accessFrom(config.deliveryAccess, secret));

export const handler = endpoint(
  createEditSessionRoute,
  async ({ body, baseUrl }) => {
    const ttlSeconds = body?.ttl_seconds ?? sessionTtl.defaultSeconds;
    const process = await editSessions.add({ ttlSeconds }, new Date());
    return reply(
      201,
      toEditSessionView({ process, edits: [], requested: undefined }, await links(baseUrl)),
    );
  },
  config,
);
