import { z } from 'zod';
import { endings } from '#lib/delivery/negotiate-format.ts';
import { ConditionalHeaders } from './image-requests.ts';

/** Whatever stands here is judged by the signature first: an id that is none of ours is no 404. */
export const DeliveryPath = z.object({
  image_id: z.string().meta({
    description: 'the id of the image',
    examples: ['mfrggzdfmztwq2lknnwg23tpob'],
  }),
  preset: z.string().meta({
    description: `the name of a preset, perhaps with an ending: ${endings.map((one) => `.${one}`).join(', ')}`,
    examples: ['w800', 'large.webp'],
  }),
});

/** Names that a link of ours does not have are passed over, as the CDN does not pass them on. */
export const DeliveryQuery = z.object({
  v: z.string().optional().meta({ description: 'the version, as in the links of a record' }),
  e: z.string().optional().meta({ description: 'when the link ends, in Unix seconds' }),
  s: z.string().optional().meta({ description: 'the signature, on a closed stage' }),
});

export const DeliveryHeaders = z.object({
  ...ConditionalHeaders.shape,
  accept: z.string().optional(),
});

const maxLinkSeconds = 366 * 24 * 3600;

export const LinkBody = z
  .object({
    preset: z
      .string()
      .max(64)
      .meta({ examples: ['large'] }),
    format: z.enum(endings).optional().meta({ description: 'by default what the client accepts' }),
    expires_in: z
      .int()
      .min(1)
      .max(maxLinkSeconds)
      .optional()
      .meta({ description: 'seconds; by default the link does not end' }),
  })
  .meta({ id: 'LinkRequest' });

export const DeliveryLinkView = z
  .object({ url: z.string(), expires_at: z.iso.datetime().nullable() })
  .meta({ id: 'DeliveryLink' });
