import { endpoint } from '#lib/api/endpoint.ts';
import { fileReply } from '#lib/api/file-reply.ts';
import { routes } from '#lib/api/routes.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { config } from '#lib/config.ts';
import { originOf } from '#lib/pages/origin.ts';
import { showFile } from '#lib/pages/pages.ts';

// Only signed, never sent: the SDK alone knows under which name browsers will reach the bucket.
const { link } = s3Objects(config.originalsBucket);
const store = originOf(() => link('origin', 60));

export const handler = endpoint(
  routes.showGallery,
  async (request) => fileReply(request, await showFile(request.path.file, { store })),
  config,
);
