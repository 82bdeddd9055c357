import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { dynamoRows } from '#lib/aws/dynamo-rows.ts';
import { countBatch } from '#lib/batches/progress.ts';
import { config } from '#lib/config.ts';
import { toBatchView } from '#lib/http/batch-view.ts';
import { decodeCursor, encodeCursor } from '#lib/http/cursor.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { pageReply } from '#lib/http/route.ts';
import { listBatchesRoute } from '#lib/http/routes/list-batches.ts';

const batches = dynamoBatches(config.tables);
const rows = dynamoRows(config.tables);

export const handler = endpoint(
  listBatchesRoute,
  async ({ query: { limit, cursor } }) => {
    const query = { cursor, list: 'batches' } as const;
    const page = await batches.list({ limit, after: decodeCursor(query) });
    const views = page.batches.map(async (batch) =>
      toBatchView(batch, await countBatch(batch, { rows })),
    );
    return pageReply(await Promise.all(views), {
      limit,
      next_cursor: encodeCursor(page.cursor, query),
    });
  },
  config,
);
