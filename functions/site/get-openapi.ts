import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { fileReply } from '#lib/http/file-reply.ts';
import { openapiFile } from '#lib/http/openapi-file.ts';
import { getOpenapiRoute } from '#lib/http/routes/get-openapi.ts';

const { uploadMaxBytes } = config;
const canonical = openapiFile({ uploadMaxBytes });
const all = openapiFile({ uploadMaxBytes, withAliases: true });
const files = { 0: canonical, false: canonical, 1: all, true: all };

export const handler = endpoint(
  getOpenapiRoute,
  async (request) => fileReply(request, files[request.query.aliases ?? '0']),
  config,
);
