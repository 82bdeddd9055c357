import { z } from 'zod';
import { ListQuery } from './image-requests.ts';

const maxWaitSeconds = 20;

export const EventQuery = z.object({
  after: z.string().max(1024).optional().meta({
    description:
      '`page.next_cursor` of the previous response; `now` for what comes; without it everything of the last 24 hours',
  }),
  limit: ListQuery.shape.limit,
  wait: z
    .string()
    .regex(/^\d{1,2}$/, `must be a whole number of seconds from 0 to ${maxWaitSeconds}`)
    .pipe(
      z.coerce
        .number<string>()
        .int()
        .min(0)
        .max(maxWaitSeconds, `must be at most ${maxWaitSeconds} seconds`),
    )
    .default(0)
    .meta({ description: 'how many seconds to hold the response while there is no event' }),
});
