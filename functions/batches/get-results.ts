import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { findResults } from '#lib/batches/find-results.ts';
import { findBatch } from '#lib/batches/update-batch.ts';
import { config } from '#lib/config.ts';
import { csvReply } from '#lib/http/csv-reply.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { getResultsRoute } from '#lib/http/routes/get-results.ts';

const deps = {
  batches: dynamoBatches(config.tables),
  derived: s3Objects(config.derivedBucket),
};

export const handler = endpoint(
  getResultsRoute,
  async ({ path, query }) => {
    const batch = await findBatch(path.request_id, deps);
    const onlyErrors = query.errors === '1' || query.errors === 'true';
    const key = findResults(batch, { onlyErrors });
    const suffix = onlyErrors ? 'failed-rows' : 'results';
    const filename = `${batch.csvFilename.replace(/\.csv$/i, '')}-${suffix}.csv`;
    return csvReply({ key, filename }, deps);
  },
  config,
);
