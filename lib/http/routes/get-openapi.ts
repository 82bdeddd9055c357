import { z } from 'zod';
import { FileHeaders } from '../image-requests.ts';
import { bytes, empty, route } from '../route.ts';
import { siteRoute } from './route-groups.ts';

const OpenapiQuery = z.object({
  aliases: z.enum(['1', 'true', '0', 'false']).optional().meta({
    description: '1: with the paths of other services that answer too, marked `x-alias-of`',
  }),
});

export const getOpenapiRoute = route({
  ...siteRoute,
  name: 'getOpenapi',
  methods: ['GET'],
  paths: ['/openapi.json'],
  summary: 'This document',
  description: 'OpenAPI 3.1, generated from the routes themselves.',
  request: { query: OpenapiQuery, headers: FileHeaders },
  replies: {
    200: bytes('The document', 'application/json'),
    304: empty('The client has it already'),
  },
  faults: [400],
});
