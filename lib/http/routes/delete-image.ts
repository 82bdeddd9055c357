import { z } from 'zod';
import { ImagePath } from '../image-requests.ts';
import { route, single } from '../route.ts';
import { imageRoute } from './route-groups.ts';

const DeletedView = z
  .object({ image_id: z.string(), deleted: z.literal(true) })
  .meta({ id: 'Deleted' });

export const deleteImageRoute = route({
  ...imageRoute,
  name: 'deleteImage',
  methods: ['DELETE'],
  paths: ['/api/images/{image_id}'],
  summary: 'Delete an image and its files',
  description:
    'Record, original, and thumbnails that no other image shares are deleted when it responds.',
  request: { path: ImagePath },
  replies: { 200: single('Deleted', DeletedView) },
  faults: [404],
});
