import { z } from 'zod';
import type { ActionOutcome } from '#lib/images/act-on-images.ts';
import { ErrorCodeView } from './error-code-view.ts';

export const ImageActionView = z
  .object({
    image_id: z.string(),
    status: z.int().describe('the HTTP status that the route of one image answers'),
    error: z.string().nullable(),
    error_code: ErrorCodeView.nullable(),
  })
  .meta({ id: 'ImageActionOutcome' });

export const toImageActionView = ({
  imageId,
  status,
  failure,
}: ActionOutcome): z.infer<typeof ImageActionView> => ({
  image_id: imageId,
  status,
  error: failure?.error ?? null,
  error_code: failure?.code ?? null,
});
