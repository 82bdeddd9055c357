import { ImagePath } from '../image-requests.ts';
import { ImageView } from '../image-view.ts';
import { route, single } from '../route.ts';
import { imageRoute } from './route-groups.ts';

export const getImageRoute = route({
  ...imageRoute,
  name: 'getImage',
  methods: ['GET'],
  paths: ['/api/images/{image_id}'],
  otherMethods: { '/api/images/{image_id}': ['DELETE', 'PATCH'] },
  summary: 'One image, and the state of its processing',
  description: 'With every EXIF tag in `exif.raw`.',
  request: { path: ImagePath },
  replies: { 200: single('The image', ImageView) },
  faults: [404],
});
