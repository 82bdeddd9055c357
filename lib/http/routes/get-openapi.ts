import { FileHeaders } from '../image-requests.ts';
import { bytes, empty, route } from '../route.ts';
import { siteRoute } from './route-groups.ts';

export const getOpenapiRoute = route({
  ...siteRoute,
  name: 'getOpenapi',
  methods: ['GET'],
  paths: ['/openapi.json'],
  summary: 'This document',
  description: 'OpenAPI 3.1, generated from the routes themselves.',
  request: { headers: FileHeaders },
  replies: {
    200: bytes('The document', 'application/json'),
    304: empty('The client has it already'),
  },
});
