import { ImageActionView } from '../image-action-view.ts';
import { ImageActionBody } from '../image-requests.ts';
import { route, single } from '../route.ts';
import { imageRoute } from './route-groups.ts';

export const actOnImagesRoute = route({
  ...imageRoute,
  name: 'actOnImages',
  methods: ['POST'],
  paths: ['/api/images/actions'],
  summary: 'Delete or retry several images',
  description:
    'One outcome for each, in the order of the request: what `DELETE /api/images/{image_id}` or `POST /api/images/{image_id}/retry` would answer.',
  request: { body: ImageActionBody },
  replies: { 200: single('The outcomes', ImageActionView.array()) },
  faults: [400, 422],
});
