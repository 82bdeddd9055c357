import { z } from 'zod';
import { imageActions } from '#lib/images/act-on-images.ts';
import { Source, Status } from '#lib/images/image.ts';
import { type ListQuery as ImagesQuery, orders, type Sort, sorts } from '#lib/images/images.ts';
import type { Missing } from '#lib/not-found.ts';
import { decodeCursor } from './cursor.ts';
import { WebUrl } from './web-url.ts';

/** A malformed id names no image, so it is 404 and not 400. */
export const ImageId = z
  .string()
  .regex(/^[a-z2-7]{26}$/, 'image_not_found' satisfies Missing)
  .meta({ description: 'the id of the image', examples: ['mfrggzdfmztwq2lknnwg23tpob'] });

export const ImagePath = z.object({ image_id: ImageId });

/** What a rendition may be served as: thumbnails are JPEG, an optimized picture may keep its format. */
export const renditionTypes = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'image/avif',
] as const;

export const ThumbnailQuery = z.object({
  v: z
    .string()
    .optional()
    .meta({ description: 'as in the links of a record: the response may then be cached for ever' }),
});

/** RFC 9110 §13.1.2; lib/http/etag.ts reads it. */
export const ConditionalHeaders = z.object({
  'if-none-match': z.string().optional().meta({ description: 'ETags that the client has' }),
});

export const FileHeaders = z.object({
  ...ConditionalHeaders.shape,
  'accept-encoding': z.string().optional(),
});

/** Loose: sites add parameters to links that are shared (`utm_source`). */
export const PageQuery = z.looseObject({});

export const IdempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
    .optional()
    .meta({
      description:
        'For 24 hours the same key with the same files or URL gets the first response again, with `Idempotency-Replayed: true`.',
    }),
});

/** A picture that is fetched in the background. */
export const PictureByUrl = z
  .object({
    url: WebUrl.refine(
      (text) => !URL.parse(text)?.username && !URL.parse(text)?.password,
      'must not contain a user name or password',
    ).meta({
      description: 'a picture at a public address; a private one fails the image',
    }),
  })
  .meta({ id: 'PictureByUrl', examples: [{ url: 'https://example.com/photo.jpg' }] });

/** Ids that name no image are no error of the request: each has an outcome. */
export const ImageActionBody = z
  .object({
    action: z.enum(imageActions),
    image_ids: z
      .array(z.string().min(1).max(100))
      .min(1)
      .max(100)
      .refine((ids) => new Set(ids).size === ids.length, 'must not have an id twice')
      .meta({ uniqueItems: true }),
  })
  .meta({
    id: 'ImageActionRequest',
    examples: [{ action: 'retry', image_ids: ['mfrggzdfmztwq2lknnwg23tpob'] }],
  });

/** Digits only: Number() would also read `0x10`, ` 7` and the empty string. */
const Limit = z
  .string()
  .regex(/^[1-9]\d{0,2}$/, 'must be a whole number between 1 and 100')
  .pipe(z.coerce.number<string>().int().min(1).max(100, 'must be at most 100'))
  .default(50)
  .meta({ description: 'at most so many; a page may be short' });

/** A date, which means all of that day, or a time; RFC 3339 with any offset. */
const Bound = z
  .union([z.iso.date(), z.iso.datetime({ offset: true, local: true })], {
    error: 'must be a date like 2026-11-21, or a time like 2026-11-21T09:30:00Z',
  })
  .optional();

export const ListQuery = z.object({
  limit: Limit,
  cursor: z
    .string()
    .max(1024)
    .optional()
    .meta({ description: '`page.next_cursor` of the previous page' }),
  status: Status.optional().meta({ description: 'only images of this status' }),
  source: Source.optional().meta({ description: 'only images that came in this way' }),
  sort: z.enum(sorts).default('uploaded').meta({
    description:
      'by when they were uploaded, or by when they were taken: then only images of which that is known',
  }),
  order: z.enum(orders).optional().meta({
    description: '`asc` is oldest first; newest first otherwise',
  }),
  from: Bound.meta({
    description:
      'the first time, of that order: of uploads in UTC, of pictures taken by the clock there, whatever offset is given',
  }),
  to: Bound.meta({ description: 'the last time; a date includes all of that day' }),
});

/** What the list of images is asked for. Throws a Problem for a cursor of another query. */
export const toListQuery = (query: z.infer<typeof ListQuery>): ImagesQuery => {
  const { limit, status, source, sort, order } = query;
  const from = toListTime(query.from, sort);
  const to = toListTime(query.to, sort);
  return { limit, status, source, sort, order, from, to, after: decodeCursor(query) };
};

/** A bound as the list is sorted: uploads by UTC with milliseconds, pictures taken by local time. */
const toListTime = (bound: string | undefined, sort: Sort): string | undefined => {
  if (bound === undefined || !bound.includes('T')) return bound;
  if (sort === 'taken') return bound.replace(/(Z|[+-]\d\d:\d\d)$/, '');
  return new Date(/(Z|[+-]\d\d:\d\d)$/.test(bound) ? bound : `${bound}Z`).toISOString();
};
