import { processViewOf } from '#lib/api/edit-view.ts';
import { endpoint } from '#lib/api/endpoint.ts';
import { reply } from '#lib/api/route.ts';
import { routes } from '#lib/api/routes.ts';
import { dynamoEdits } from '#lib/aws/dynamo-edits.ts';
import { dynamoProcesses } from '#lib/aws/dynamo-processes.ts';
import { config } from '#lib/config.ts';
import { lookUpEdits } from '#lib/edits/look-up-edits.ts';

const deps = {
  processes: dynamoProcesses(config.tables),
  edits: dynamoEdits(config.tables),
  now: () => new Date(),
};

export const handler = endpoint(
  routes.checkEdits,
  async ({ body, baseUrl }) => {
    const question = { initId: body.init_id ?? undefined, editId: body.process_id ?? undefined };
    return reply(200, processViewOf(await lookUpEdits(question, deps), { baseUrl }));
  },
  config,
);
