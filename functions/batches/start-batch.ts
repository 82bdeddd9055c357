import { randomUUID } from 'node:crypto';
import { batchFormOf, CsvByUrl } from '#lib/http/batch-requests.ts';
import { batchViewOf, checkViewOf } from '#lib/http/batch-view.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { answerOnce, fingerprintOf, fingerprintOfJson } from '#lib/http/idempotency.ts';
import { readForm } from '#lib/http/multipart.ts';
import { readJson } from '#lib/http/request.ts';
import { reply } from '#lib/http/route.ts';
import { routes } from '#lib/http/routes.ts';
import { dynamoAnswers } from '#lib/aws/dynamo-idempotency-records.ts';
import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { sqsBatchWorkers } from '#lib/aws/sqs-batch-queues.ts';
import { faultsSentence } from '#lib/batches/csv/csv-errors.ts';
import { checkCsv, startBatch } from '#lib/batches/start-batch.ts';
import { config, secretPresence } from '#lib/config.ts';

const deps = {
  batches: dynamoBatches(config.tables),
  derived: s3Objects(config.derivedBucket),
  workers: sqsBatchWorkers(config.queues),
  answers: dynamoAnswers(config.tables),
  canSign: secretPresence('WEBHOOK_SECRET') !== undefined,
  newId: randomUUID,
  now: () => new Date(),
};
const nothingYet = { products: 0, images: 0, failed: 0 };
const larger = 'Larger ones are fetched from where they are: send JSON { "csv_url": "https://…" }.';

export const handler = endpoint(
  routes.startBatch,
  async (request) => {
    const { rawBody, baseUrl } = request;
    if (/^application\/json\b/i.test(rawBody.contentType ?? '')) {
      const wish = readJson(rawBody, CsvByUrl);
      const { csv_url: csvUrl, webhook_url: webhookUrl } = wish;
      return once(fingerprintOfJson(wish), { csvUrl, webhookUrl });
    }

    const form = await readForm(rawBody, { maxBytes: config.multipartMaxBytes, larger });
    const { file, webhook_url: webhookUrl, dry_run: isDryRun } = batchFormOf(form);
    if (isDryRun) return reply(200, checkViewOf(await checkCsv(file.bytes)));
    return once(fingerprintOf(form), { filename: file.filename, csv: file.bytes, webhookUrl });

    function once(fingerprint: () => string, wish: Wish) {
      return answerOnce(
        routes.startBatch,
        request,
        fingerprint,
        async (requestId) => {
          const started = await startBatch({ ...wish, requestId, baseUrl }, deps);
          return 'refused' in started
            ? reply(422, checkViewOf(started.refused), {
                error: faultsSentence(started.refused.faults),
              })
            : reply(202, batchViewOf(started.batch, nothingYet));
        },
        deps,
      );
    }
  },
  config,
);

type Wish = { webhookUrl: string | undefined } & (
  | { filename: string; csv: Uint8Array }
  | { csvUrl: string }
);
