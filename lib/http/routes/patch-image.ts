import { z } from 'zod';
import { ImagePath } from '../image-requests.ts';
import { ImageView } from '../image-view.ts';
import { route, single } from '../route.ts';
import { imageRoute } from './route-groups.ts';

const Fraction = z.number().min(0).max(1);

const PatchBody = z
  .strictObject({
    caption: z.string().trim().min(1).max(2000).nullable().optional().meta({
      description: "a person's caption, shown instead of a model's; null removes it",
    }),
    focal_point: z.strictObject({ x: Fraction, y: Fraction }).nullable().optional().meta({
      description:
        'what crops keep: fractions of width and height from the top left; null: the most interesting part',
    }),
  })
  .refine(
    ({ caption, focal_point }) => caption !== undefined || focal_point !== undefined,
    'must have a caption, a focal_point, or both',
  )
  .meta({
    id: 'ImagePatch',
    examples: [{ caption: 'A lamp on a desk', focal_point: { x: 0.5, y: 0.4 } }],
  });

export const patchImageRoute = route({
  ...imageRoute,
  name: 'patchImage',
  methods: ['PATCH'],
  paths: ['/api/images/{image_id}'],
  summary: 'Set the caption or the focal point of an image',
  description:
    "Changes only the given fields. A person's caption is shown instead of a model's and is not overwritten by it. A new focal point gives every link a new version.",
  request: { path: ImagePath, body: PatchBody },
  replies: { 200: single('The image as it is now', ImageView) },
  faults: [400, 404, 422],
});
