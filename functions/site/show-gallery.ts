import { showFile } from '#functions/site/pages/pages.ts';
import { cacheOrigin } from '#functions/site/pages/store-origin.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { fileReply } from '#lib/http/file-reply.ts';
import { showGalleryRoute } from '#lib/http/routes/show-gallery.ts';

// Only signed, never sent: the SDK knows the endpoint at which browsers reach the bucket.
const { link } = s3Objects(config.originalsBucket);
const store = cacheOrigin(() => link('origin', 60));

export const handler = endpoint(
  showGalleryRoute,
  async (request) => fileReply(request, await showFile(request.path.file, { store })),
  config,
);
