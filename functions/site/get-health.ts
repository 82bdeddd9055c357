import { resolveCaptionProvider, resolveEditProvider } from '#lib/ai/settings.ts';
import { bucketProbe, queueDepth, tableProbe } from '#lib/aws/probes.ts';
import { config, secretPresence } from '#lib/config.ts';
import { checkHealth } from '#lib/http/check-health.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { getHealthRoute } from '#lib/http/routes/get-health.ts';
import { mapQueues } from '#lib/queues.ts';
import { mapTables } from '#lib/tables.ts';

const deps = {
  buckets: {
    originals: bucketProbe(config.originalsBucket),
    derived: bucketProbe(config.derivedBucket),
  },
  tables: mapTables((name) => tableProbe(config.table(name))),
  queues: mapQueues((name) => queueDepth(config.queues[name])),
  deadLetters: mapQueues((name) => queueDepth(config.deadLetterQueues[name])),
  captioning: resolveCaptionProvider(config.caption(secretPresence)),
  editing: resolveEditProvider(config.edits(secretPresence)),
};

export const handler = endpoint(
  getHealthRoute,
  async () => {
    const health = await checkHealth(deps);
    return health.healthy
      ? reply(200, health)
      : reply(503, health, {
          error: 'Something this service needs is down.',
          errorCode: 'service_unavailable',
        });
  },
  config,
);
