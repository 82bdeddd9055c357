import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { fileReply } from '#lib/http/file-reply.ts';
import { openapiFile } from '#lib/http/openapi-file.ts';
import { routes } from '#lib/http/routes.ts';

const file = openapiFile(config);

export const handler = endpoint(
  routes.getOpenapi,
  async (request) => fileReply(request, file),
  config,
);
