import { dynamoEditSessions } from '#lib/aws/dynamo-edit-sessions.ts';
import { dynamoEdits } from '#lib/aws/dynamo-edits.ts';
import { secret } from '#lib/aws/ssm-secrets.ts';
import { config } from '#lib/config.ts';
import { accessFrom } from '#lib/delivery/access.ts';
import { linksBelow } from '#lib/delivery/links.ts';
import { findEdits } from '#lib/edits/look-up-edits.ts';
import { toEditSessionView } from '#lib/http/edit-view.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { getEditsRoute } from '#lib/http/routes/get-edits.ts';

const deps = {
  editSessions: dynamoEditSessions(config.tables),
  edits: dynamoEdits(config.tables),
  now: () => new Date(),
};

const links = linksBelow(config.presets, accessFrom(config.deliveryAccess, secret));

export const handler = endpoint(
  getEditsRoute,
  async ({ path, baseUrl }) =>
    reply(
      200,
      toEditSessionView(await findEdits({ initId: path.init_id }, deps), await links(baseUrl)),
    ),
  config,
);
