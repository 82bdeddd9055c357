import { randomUUID } from 'node:crypto';
import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { dynamoIdempotencyRecords } from '#lib/aws/dynamo-idempotency-records.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { sqsBatchQueues } from '#lib/aws/sqs-batch-queues.ts';
import { checkBatch, startBatch } from '#lib/batches/start-batch.ts';
import { config, secretPresence } from '#lib/config.ts';
import { batchFormFields, CsvByUrl, readBatchForm } from '#lib/http/batch-requests.ts';
import { toBatchView, toCsvCheckView } from '#lib/http/batch-view.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { fingerprintForm, fingerprintJson, idempotent } from '#lib/http/idempotency.ts';
import { readForm } from '#lib/http/multipart.ts';
import { isJson, readJson } from '#lib/http/request.ts';
import { reply, type Warning } from '#lib/http/route.ts';
import { startBatchRoute } from '#lib/http/routes/start-batch.ts';
import { explainUnusableUrl } from '#lib/web/unusable-url.ts';

const deps = {
  batches: dynamoBatches(config.tables),
  derived: s3Objects(config.derivedBucket),
  batchQueues: sqsBatchQueues(config.queues),
  idempotencyRecords: dynamoIdempotencyRecords(config.tables),
  explainUnusableUrl: explainUnusableUrl(config.webRequests.allowHosts),
  canSign: secretPresence('WEBHOOK_SECRET') !== undefined,
  newId: randomUUID,
  now: () => new Date(),
};
const zeroCounts = { products: 0, images: 0, failed: 0 };
const larger = 'For a larger CSV, send its URL as JSON: { "csv_url": "https://…" }.';

export const handler = endpoint(
  startBatchRoute,
  async (request) => {
    const { rawBody, baseUrl } = request;
    if (isJson(rawBody)) {
      const input = readJson(rawBody, CsvByUrl);
      const { csv_url: csvUrl, webhook_url: webhookUrl } = input;
      return startOnce(fingerprintJson(input), { csvUrl, webhookUrl });
    }

    const form = await readForm(rawBody, {
      maxBytes: config.multipartMaxBytes,
      larger,
      fields: batchFormFields,
    });
    const { file, webhook_url: webhookUrl, dry_run: isDryRun } = readBatchForm(form);
    const { warnings } = form;
    if (isDryRun) {
      const check = await checkBatch({ csv: file.bytes, webhookUrl }, deps);
      return reply(200, toCsvCheckView(check), { warnings });
    }
    return startOnce(fingerprintForm(form), {
      filename: file.filename,
      csv: file.bytes,
      webhookUrl,
      warnings,
    });

    function startOnce(fingerprint: () => string, { warnings = [], ...input }: BatchInput) {
      return idempotent(
        startBatchRoute,
        request,
        fingerprint,
        async (requestId) => {
          const started = await startBatch({ ...input, requestId, baseUrl }, deps);
          return started.ok
            ? reply(202, toBatchView(started.batch, zeroCounts), { warnings })
            : reply(422, toCsvCheckView(started.check), {
                error: started.reason,
                errorCode: 'invalid_csv',
                warnings,
              });
        },
        deps,
      );
    }
  },
  config,
);

type BatchInput = { webhookUrl: string | undefined; warnings?: readonly Warning[] } & (
  | { filename: string; csv: Uint8Array }
  | { csvUrl: string }
);
