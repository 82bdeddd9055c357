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
import { getEditStatusRoute } from '#lib/http/routes/get-edit-status.ts';

const deps = {
  editSessions: dynamoEditSessions(config.tables),
  edits: dynamoEdits(config.tables),
  now: () => new Date(),
};

const links = linksBelow(config.presets, accessFrom(config.deliveryAccess, secret));

export const handler = endpoint(
  getEditStatusRoute,
  async ({ body, baseUrl }) => {
    const question = { initId: body.init_id ?? undefined, editId: body.process_id ?? undefined };
    return reply(200, toEditSessionView(await findEdits(question, deps), await links(baseUrl)));
  },
  config,
);
