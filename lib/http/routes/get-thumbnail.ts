import { z } from 'zod';
import { ConditionalHeaders, ImageId, renditionTypes, ThumbnailQuery } from '../image-requests.ts';
import { bytes, empty, route } from '../route.ts';
import { imageRoute } from './route-groups.ts';

const ThumbnailPath = z.object({
  image_id: ImageId,
  size: z.string().meta({ description: 'the name of a size', examples: ['small'] }),
});

export const getThumbnailRoute = route({
  ...imageRoute,
  name: 'getThumbnail',
  methods: ['GET', 'HEAD'],
  paths: ['/api/images/{image_id}/thumbnails/{size}'],
  summary: 'A thumbnail',
  description:
    'Where it is pending, the 404 has `Retry-After`. Links in records have `?v=…`, and only those may be cached for ever.',
  request: { path: ThumbnailPath, query: ThumbnailQuery, headers: ConditionalHeaders },
  replies: {
    200: bytes('The picture', ...renditionTypes),
    302: empty('It is too large for a response, and is at `Location`'),
    304: empty('The client has it already'),
  },
  faults: [400, 404],
});
