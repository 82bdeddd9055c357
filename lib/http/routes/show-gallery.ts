import { z } from 'zod';
import { FileHeaders, PageQuery } from '../image-requests.ts';
import { bytes, empty, route } from '../route.ts';
import { siteRoute } from './route-groups.ts';

export const showGalleryRoute = route({
  ...siteRoute,
  name: 'showGallery',
  methods: ['GET'],
  paths: ['/', '/assets/{file+}'],
  summary: 'The gallery, and the files of every page',
  description: 'HTML at `/`; scripts and styles below `/assets/`.',
  request: {
    path: z.object({ file: z.string().optional().meta({ description: 'the path of the file' }) }),
    query: PageQuery,
    headers: FileHeaders,
  },
  replies: {
    200: bytes('The page or the file', 'text/html', 'text/css', 'text/javascript', 'image/svg+xml'),
    304: empty('The client has it already'),
  },
  faults: [404],
});
