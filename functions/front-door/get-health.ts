import { resolveCaptionProvider } from '#lib/ai/settings.ts';
import { checkHealth } from '#lib/api/check-health.ts';
import { endpoint } from '#lib/api/endpoint.ts';
import { reply } from '#lib/api/route.ts';
import { routes } from '#lib/api/routes.ts';
import { bucketProbe, queueDepth, tableProbe } from '#lib/aws/probes.ts';
import { config, secretPresence } from '#lib/config.ts';

const { tables, queues, deadLetterQueues } = config;
const deps = {
  buckets: {
    originals: bucketProbe(config.originalsBucket),
    derived: bucketProbe(config.derivedBucket),
  },
  tables: {
    images: tableProbe(tables.imagesTable),
    contents: tableProbe(tables.contentsTable),
    tallies: tableProbe(tables.talliesTable),
    shelves: tableProbe(tables.shelvesTable),
    answers: tableProbe(tables.answersTable),
    batches: tableProbe(tables.batchesTable),
    processes: tableProbe(tables.processesTable),
  },
  queues: {
    arrivals: queueDepth(queues.arrivals),
    'make-thumbnails': queueDepth(queues.thumbnails),
    'read-exif': queueDepth(queues.exif),
    'write-caption': queueDepth(queues.caption),
    'expand-batch': queueDepth(queues.expandBatch),
    'import-row': queueDepth(queues.importRow),
    'note-outcome': queueDepth(queues.noteOutcome),
    'close-batch': queueDepth(queues.closeBatch),
    'send-webhook': queueDepth(queues.sendWebhook),
    'run-edit': queueDepth(queues.runEdit),
  },
  deadLetters: {
    arrivals: queueDepth(deadLetterQueues.arrivals),
    'make-thumbnails': queueDepth(deadLetterQueues['make-thumbnails']),
    'read-exif': queueDepth(deadLetterQueues['read-exif']),
    'write-caption': queueDepth(deadLetterQueues['write-caption']),
    'expand-batch': queueDepth(deadLetterQueues['expand-batch']),
    'import-row': queueDepth(deadLetterQueues['import-row']),
    'note-outcome': queueDepth(deadLetterQueues['note-outcome']),
    'close-batch': queueDepth(deadLetterQueues['close-batch']),
    'send-webhook': queueDepth(deadLetterQueues['send-webhook']),
    'run-edit': queueDepth(deadLetterQueues['run-edit']),
  },
  captioning: resolveCaptionProvider(config.caption(secretPresence)),
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
