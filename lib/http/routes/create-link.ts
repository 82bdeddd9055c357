import { z } from 'zod';
import { endings } from '#lib/delivery/negotiate-format.ts';
import { ImagePath } from '../image-requests.ts';
import { route, single } from '../route.ts';
import { deliveryRoute } from './route-groups.ts';

const maxLinkSeconds = 366 * 24 * 3600;

const LinkBody = z
  .object({
    preset: z.string().max(64),
    format: z.enum(endings).optional().meta({ description: 'by default what the client accepts' }),
    expires_in: z
      .int()
      .min(1)
      .max(maxLinkSeconds)
      .optional()
      .meta({ description: 'seconds; by default the link does not expire' }),
  })
  .meta({
    id: 'LinkRequest',
    examples: [{ preset: 'large', format: 'webp', expires_in: 3600 }],
  });

const DeliveryLinkView = z
  .object({ url: z.string(), expires_at: z.iso.datetime().nullable() })
  .meta({ id: 'DeliveryLink' });

export const createLinkRoute = route({
  ...deliveryRoute,
  name: 'createLink',
  private: true,
  methods: ['POST'],
  paths: ['/api/images/{image_id}/links'],
  summary: 'Create a link to a picture',
  description:
    'A delivery link with an expiry of its own: it works without an API key, in the requested format and for the requested time.',
  request: { path: ImagePath, body: LinkBody },
  replies: { 201: single('The link', DeliveryLinkView) },
  faults: [400, 404, 422],
});
