import { z } from 'zod';
import { endings } from '#lib/delivery/negotiate-format.ts';
import { ConditionalHeaders } from './image-requests.ts';

/** The signature is checked before the id: a malformed id is 403 on a closed stage, not 404. */
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

/** Loose: sites add parameters to links that are shared (`utm_source`), and the CDN does not forward them. */
export const DeliveryQuery = z.looseObject({
  v: z.string().optional().meta({ description: 'the version, as in the links of a record' }),
  e: z.string().optional().meta({ description: 'when the link expires, in Unix seconds' }),
  s: z.string().optional().meta({ description: 'the signature, on a closed stage' }),
});

export const DeliveryHeaders = z.object({
  ...ConditionalHeaders.shape,
  accept: z.string().optional(),
});
