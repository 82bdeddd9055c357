import { z } from 'zod';
import { ImagePath } from '../image-requests.ts';
import { empty, route, single } from '../route.ts';
import { imageRoute } from './route-groups.ts';

const OriginalHeaders = z.object({ accept: z.string().optional() });

const LinkView = z.object({ url: z.string(), expires_at: z.iso.datetime() }).meta({ id: 'Link' });

export const getOriginalRoute = route({
  ...imageRoute,
  name: 'getOriginal',
  methods: ['GET', 'HEAD'],
  paths: ['/api/images/{image_id}/original'],
  summary: 'The file as it was sent',
  description:
    'Redirects to a short-lived URL; with `Accept: application/json` it returns that URL instead.',
  request: { path: ImagePath, headers: OriginalHeaders },
  replies: {
    200: single('Where the file is, for a short time', LinkView),
    302: empty('The file is at `Location`, for a short time'),
  },
  faults: [404],
});
