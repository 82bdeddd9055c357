import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { dynamoRows } from '#lib/aws/dynamo-rows.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { secret } from '#lib/aws/ssm-secrets.ts';
import { countBatch, findCsvErrors } from '#lib/batches/progress.ts';
import { findBatch } from '#lib/batches/update-batch.ts';
import { config } from '#lib/config.ts';
import { accessFrom } from '#lib/delivery/access.ts';
import { linksBelow } from '#lib/delivery/links.ts';
import { toBatchView, toProductView } from '#lib/http/batch-view.ts';
import { decodeProductCursor, encodeProductCursor } from '#lib/http/cursor.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { pagedReply } from '#lib/http/route.ts';
import { getBatchRoute } from '#lib/http/routes/get-batch.ts';

const deps = {
  batches: dynamoBatches(config.tables),
  rows: dynamoRows(config.tables),
  derived: s3Objects(config.derivedBucket),
};

const links = linksBelow(config.presets, accessFrom(config.deliveryAccess, secret));

export const handler = endpoint(
  getBatchRoute,
  async ({ path: { request_id: requestId }, query: { limit, cursor }, baseUrl }) => {
    const after = decodeProductCursor(requestId, cursor);
    const batch = await findBatch(requestId, deps);
    const [counts, faults, page, { linkTo }] = await Promise.all([
      countBatch(batch, deps),
      findCsvErrors(batch, deps),
      deps.rows.page(requestId, { limit, after }),
      links(baseUrl),
    ]);
    return pagedReply(
      {
        ...toBatchView(batch, counts, faults),
        products: page.rows.map((row) => toProductView(row, { requestId, linkTo })),
      },
      { limit, next_cursor: encodeProductCursor(requestId, page.next) },
    );
  },
  config,
);
