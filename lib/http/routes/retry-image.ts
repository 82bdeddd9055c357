import { ImagePath } from '../image-requests.ts';
import { ImageView } from '../image-view.ts';
import { route, single } from '../route.ts';
import { imageRoute } from './route-groups.ts';

export const retryImageRoute = route({
  ...imageRoute,
  name: 'retryImage',
  methods: ['POST'],
  paths: ['/api/images/{image_id}/retry'],
  summary: 'Run failed and skipped steps again',
  description: 'Only those; where there are none, 409.',
  request: { path: ImagePath },
  replies: { 202: single('The image, with those steps pending', ImageView) },
  faults: [404, 409],
});
