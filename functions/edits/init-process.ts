import { processViewOf } from '#lib/api/edit-view.ts';
import { endpoint } from '#lib/api/endpoint.ts';
import { reply } from '#lib/api/route.ts';
import { routes } from '#lib/api/routes.ts';
import { dynamoProcesses } from '#lib/aws/dynamo-processes.ts';
import { config } from '#lib/config.ts';
import { lifetime } from '#lib/edits/process.ts';

const processes = dynamoProcesses(config.tables);

export const handler = endpoint(
  routes.initProcess,
  async ({ body, baseUrl }) => {
    const ttlSeconds = body?.ttl_seconds ?? lifetime.usual;
    const process = await processes.add({ ttlSeconds }, new Date());
    return reply(201, processViewOf({ process, edits: [], asked: undefined }, { baseUrl }));
  },
  config,
);
