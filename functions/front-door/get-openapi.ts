import { endpoint } from '#lib/api/endpoint.ts';
import { fileReply } from '#lib/api/file-reply.ts';
import { openapiFile } from '#lib/api/openapi-file.ts';
import { routes } from '#lib/api/routes.ts';
import { config } from '#lib/config.ts';

const file = openapiFile(config);

export const handler = endpoint(
  routes.getOpenapi,
  async (request) => fileReply(request, file),
  config,
);
