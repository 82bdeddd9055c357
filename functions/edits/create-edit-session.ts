import { processViewOf } from '#lib/http/edit-view.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { routes } from '#lib/http/routes.ts';
import { dynamoProcesses } from '#lib/aws/dynamo-edit-sessions.ts';
import { config } from '#lib/config.ts';
import { lifetime } from '#lib/edits/edit-session.ts';

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
