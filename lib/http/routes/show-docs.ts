import { FileHeaders, PageQuery } from '../image-requests.ts';
import { bytes, empty, route } from '../route.ts';
import { siteRoute } from './route-groups.ts';

export const showDocsRoute = route({
  ...siteRoute,
  name: 'showDocs',
  methods: ['GET'],
  paths: ['/docs', '/redoc'],
  summary: 'The documentation, to read and to try',
  description:
    'Swagger UI at `/docs`, ReDoc at `/redoc`; neither loads anything from another host.',
  request: { query: PageQuery, headers: FileHeaders },
  replies: { 200: bytes('The page', 'text/html'), 304: empty('The client has it already') },
});
