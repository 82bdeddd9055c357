import { batchViewOf, productViewOf } from '#lib/http/batch-view.ts';
import { productCursorOf, productsAfter } from '#lib/http/cursor.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { pagedReply } from '#lib/http/route.ts';
import { routes } from '#lib/http/routes.ts';
import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { dynamoRows } from '#lib/aws/dynamo-rows.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { findBatch } from '#lib/batches/update-batch.ts';
import { countsOfBatch, faultsOf } from '#lib/batches/progress.ts';
import { config } from '#lib/config.ts';

const deps = {
  batches: dynamoBatches(config.tables),
  rows: dynamoRows(config.tables),
  derived: s3Objects(config.derivedBucket),
};

export const handler = endpoint(
  routes.getBatch,
  async ({ path: { request_id: requestId }, query: { limit, cursor }, baseUrl }) => {
    const after = productsAfter(requestId, cursor);
    const batch = await findBatch(requestId, deps);
    const [counts, faults, page] = await Promise.all([
      countsOfBatch(batch, deps),
      faultsOf(batch, deps),
      deps.rows.page(requestId, { limit, after }),
    ]);
    return pagedReply(
      {
        ...batchViewOf(batch, counts, faults),
        products: page.rows.map((row) => productViewOf(row, { requestId, baseUrl })),
      },
      { limit, next_cursor: productCursorOf(requestId, page.next) },
    );
  },
  config,
);
