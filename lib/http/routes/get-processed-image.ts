import { ProcessedImagePath } from '../batch-requests.ts';
import { ConditionalHeaders, renditionTypes, ThumbnailQuery } from '../image-requests.ts';
import { bytes, empty, route } from '../route.ts';
import { batchRoute } from './route-groups.ts';

export const getProcessedImageRoute = route({
  ...batchRoute,
  name: 'getProcessedImage',
  code: [2000, 2001],
  methods: ['GET'],
  paths: ['/api/image/{filename}'],
  summary: 'A processed image of a batch',
  description:
    'JPEG in full size, upright, without metadata; the original without its metadata where that is smaller.',
  request: { path: ProcessedImagePath, query: ThumbnailQuery, headers: ConditionalHeaders },
  replies: {
    200: bytes('The picture', ...renditionTypes),
    302: empty('It is too large for a response, and is at `Location`'),
    304: empty('The client has it already'),
  },
  faults: [400, 404],
});
