import { z } from 'zod';

export const WelcomeView = z
  .object({
    name: z.string(),
    version: z.string(),
    message: z.string(),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Welcome' });
export type WelcomeView = z.infer<typeof WelcomeView>;

const Check = z.object({
  ok: z.boolean(),
  /** A sentence; only where it is not ok. */
  reason: z.string().optional(),
});

/** What was really looked at: each thing by its name in the house, never by its address. */
export const HealthView = z
  .object({
    healthy: z.boolean(),
    buckets: z.record(z.string(), Check),
    tables: z.record(z.string(), Check),
    queues: z.record(z.string(), Check),
    dead_letters: z
      .record(z.string(), z.int().nullable())
      .describe('messages that were given up, per queue; null where it cannot be asked'),
    captions: z.object({
      ...Check.shape,
      provider: z.string().nullable(),
      model: z.string().nullable(),
    }),
  })
  .meta({ id: 'Health' });
export type HealthView = z.infer<typeof HealthView>;
