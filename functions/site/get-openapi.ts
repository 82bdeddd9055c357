import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { fileReply } from '#lib/http/file-reply.ts';
import { openapiFile } from '#lib/http/openapi-file.ts';
import { getOpenapiRoute } from '#lib/http/routes/get-openapi.ts';

const file = openapiFile(config);

export const handler = endpoint(
  getOpenapiRoute,
  async (request) => fileReply(request, file),
  config,
);
