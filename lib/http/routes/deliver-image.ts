import { DeliveryHeaders, DeliveryPath, DeliveryQuery } from '../delivery-requests.ts';
import { bytes, empty, route } from '../route.ts';
import { deliveryRoute } from './route-groups.ts';

export const deliverImageRoute = route({
  ...deliveryRoute,
  name: 'deliverImage',
  private: false,
  methods: ['GET', 'HEAD'],
  paths: ['/i/{image_id}/{preset}'],
  summary: 'A picture for an `<img>`',
  description:
    'The image in the form of a preset. The format is the ending of the path, else AVIF, WebP or JPEG (PNG for a picture with transparency) by `Accept`. No API key is required; on a closed stage the link has a signature, as all links in records do.',
  request: { path: DeliveryPath, query: DeliveryQuery, headers: DeliveryHeaders },
  replies: {
    200: bytes('The picture', 'image/avif', 'image/webp', 'image/jpeg', 'image/png'),
    302: empty('It is too large for a response, and is at `Location`'),
    304: empty('The client has it already'),
  },
  faults: [400, 403, 404, 422],
});
