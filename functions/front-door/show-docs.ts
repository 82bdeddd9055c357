import { endpoint } from '#lib/api/endpoint.ts';
import { fileReply } from '#lib/api/file-reply.ts';
import { routes } from '#lib/api/routes.ts';
import { config } from '#lib/config.ts';
import { showDocs } from '#lib/pages/pages.ts';

export const handler = endpoint(
  routes.showDocs,
  async (request) => fileReply(request, await showDocs(request.pathname)),
  config,
);
