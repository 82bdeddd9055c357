import { captioningOf } from '#lib/ai/caption-settings.ts';
import { bucketProbe, queueDepth, tableProbe } from '#lib/aws/probes.ts';
import { config, secretPresence } from '#lib/config.ts';
import { checkHealth } from '#lib/http/check-health.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { routes } from '#lib/http/routes.ts';

const { tables, queues, deadLetterQueues } = config;
const deps = {
  buckets: {
    originals: bucketProbe(config.originalsBucket),
    derived: bucketProbe(config.derivedBucket),
  },
  tables: {
    images: tableProbe(tables.imagesTable),
    renditionSets: tableProbe(tables.renditionSetsTable),
    counters: tableProbe(tables.countersTable),
    listMonths: tableProbe(tables.listMonthsTable),
    idempotencyRecords: tableProbe(tables.idempotencyTable),
    batches: tableProbe(tables.batchesTable),
    editSessions: tableProbe(tables.editSessionsTable),
  },
  queues: {
    objectCreated: queueDepth(queues.objectCreated),
    'make-thumbnails': queueDepth(queues.thumbnails),
    'read-exif': queueDepth(queues.exif),
    'write-caption': queueDepth(queues.caption),
    'expand-batch': queueDepth(queues.expandBatch),
    'import-row': queueDepth(queues.importRow),
    'record-outcome': queueDepth(queues.recordOutcome),
    'close-batch': queueDepth(queues.closeBatch),
    'send-webhook': queueDepth(queues.sendWebhook),
    'run-edit': queueDepth(queues.runEdit),
  },
  deadLetters: {
    objectCreated: queueDepth(deadLetterQueues.objectCreated),
    'make-thumbnails': queueDepth(deadLetterQueues['make-thumbnails']),
    'read-exif': queueDepth(deadLetterQueues['read-exif']),
    'write-caption': queueDepth(deadLetterQueues['write-caption']),
    'expand-batch': queueDepth(deadLetterQueues['expand-batch']),
    'import-row': queueDepth(deadLetterQueues['import-row']),
    'record-outcome': queueDepth(deadLetterQueues['record-outcome']),
    'close-batch': queueDepth(deadLetterQueues['close-batch']),
    'send-webhook': queueDepth(deadLetterQueues['send-webhook']),
    'run-edit': queueDepth(deadLetterQueues['run-edit']),
  },
  captioning: captioningOf(config.caption(secretPresence)),
};

export const handler = endpoint(
  routes.getHealth,
  async () => {
    const health = await checkHealth(deps);
    return health.healthy
      ? reply(200, health)
      : reply(503, health, { error: 'Something this service needs is down.' });
  },
  config,
);
