import { dynamoEdits } from '#lib/aws/dynamo-edits.ts';
import { secret } from '#lib/aws/ssm-secrets.ts';
import { config } from '#lib/config.ts';
import { accessFrom } from '#lib/delivery/access.ts';
import { linksBelow } from '#lib/delivery/links.ts';
import { listEdits } from '#lib/edits/list-edits.ts';
import { decodeCursor, encodeCursor } from '#lib/http/cursor.ts';
import { toEditView } from '#lib/http/edit-view.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { pageReply } from '#lib/http/route.ts';
import { listEditsRoute } from '#lib/http/routes/list-edits.ts';

const deps = { edits: dynamoEdits(config.tables), now: () => new Date() };

const links = linksBelow(config.presets, accessFrom(config.deliveryAccess, secret));

export const handler = endpoint(
  listEditsRoute,
  async ({ query: { limit, cursor }, baseUrl }) => {
    const query = { cursor, list: 'edits' } as const;
    const page = await listEdits({ limit, after: decodeCursor(query) }, deps);
    const own = await links(baseUrl);
    return pageReply(
      page.edits.map((edit) => toEditView(edit, own)),
      { limit, next_cursor: encodeCursor(page.cursor, query) },
    );
  },
  config,
);
