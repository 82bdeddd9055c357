import { processViewOf } from '#lib/http/edit-view.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { routes } from '#lib/http/routes.ts';
import { dynamoEdits } from '#lib/aws/dynamo-edits.ts';
import { dynamoProcesses } from '#lib/aws/dynamo-edit-sessions.ts';
import { config } from '#lib/config.ts';
import { lookUpEdits } from '#lib/edits/look-up-edits.ts';

const deps = {
  processes: dynamoProcesses(config.tables),
  edits: dynamoEdits(config.tables),
  now: () => new Date(),
};

export const handler = endpoint(
  routes.getEdits,
  async ({ path, baseUrl }) =>
    reply(200, processViewOf(await lookUpEdits({ initId: path.init_id }, deps), { baseUrl })),
  config,
);
