import {
  DeliveryHeaders,
  DeliveryLinkView,
  DeliveryPath,
  DeliveryQuery,
  LinkBody,
} from './delivery-requests.ts';
import { ImagePath } from './image-requests.ts';
import { bytes, empty, route, single } from './route.ts';

const delivery = { tag: 'Delivery', code: [2000, 2001] } as const;

export const deliveryRoutes = {
  deliverImage: route({
    ...delivery,
    name: 'deliverImage',
    methods: ['GET', 'HEAD'],
    paths: ['/i/{image_id}/{preset}'],
    private: false,
    summary: 'A picture for an `<img>`',
    description:
      'The image as a preset makes it. The format is the ending of the path, else AVIF, WebP or JPEG (PNG where something shows through) by `Accept`. No key is asked for; on a closed stage the link carries a signature, as all links in records do.',
    request: { path: DeliveryPath, query: DeliveryQuery, headers: DeliveryHeaders },
    replies: {
      200: bytes('The picture', 'image/avif', 'image/webp', 'image/jpeg', 'image/png'),
      302: empty('It is too large to be answered here, and waits at `Location`'),
      304: empty('The caller has it already'),
    },
    faults: [400, 403, 404, 422],
  }),
  createLink: route({
    ...delivery,
    name: 'createLink',
    methods: ['POST'],
    paths: ['/api/images/{image_id}/links'],
    private: true,
    summary: 'Make a link to a picture',
    description:
      'A delivery link with a life of its own: it works without a key, in the format and for the time asked for.',
    request: { path: ImagePath, body: LinkBody },
    replies: { 201: single('The link', DeliveryLinkView) },
    faults: [400, 404, 422],
  }),
};
