import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { dynamoRows } from '#lib/aws/dynamo-rows.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { countBatch, findCsvErrors } from '#lib/batches/progress.ts';
import { findBatch } from '#lib/batches/update-batch.ts';
import { config } from '#lib/config.ts';
import { toBatchView } from '#lib/http/batch-view.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { getBatchStatusRoute } from '#lib/http/routes/get-batch-status.ts';

const deps = {
  batches: dynamoBatches(config.tables),
  rows: dynamoRows(config.tables),
  derived: s3Objects(config.derivedBucket),
};

export const handler = endpoint(
  getBatchStatusRoute,
  async ({ path }) => {
    const batch = await findBatch(path.request_id, deps);
    const [counts, faults] = await Promise.all([
      countBatch(batch, deps),
      findCsvErrors(batch, deps),
    ]);
    return reply(200, toBatchView(batch, counts, faults));
  },
  config,
);
