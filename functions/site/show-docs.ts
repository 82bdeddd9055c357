import { showDocs } from '#functions/site/pages/pages.ts';
import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { fileReply } from '#lib/http/file-reply.ts';
import { showDocsRoute } from '#lib/http/routes/show-docs.ts';

export const handler = endpoint(
  showDocsRoute,
  async (request) => fileReply(request, await showDocs(request.pathname)),
  config,
);
