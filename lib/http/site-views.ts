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
  /** A sentence; only where `ok` is false. */
  reason: z.string().optional(),
});

/** Whether a provider is configured; it is not contacted. */
const ProviderCheck = z.object({
  ...Check.shape,
  provider: z.string().nullable(),
  model: z.string().nullable(),
});

/** The result of each check, by the resource's name, never by its address. */
export const HealthView = z
  .object({
    healthy: z.boolean(),
    buckets: z.record(z.string(), Check),
    tables: z.record(z.string(), Check),
    queues: z.record(z.string(), Check),
    dead_letters: z
      .record(z.string(), z.int().nullable())
      .describe('messages in each dead-letter queue; null where that cannot be read'),
    captions: ProviderCheck,
    edits: ProviderCheck,
  })
  .meta({ id: 'Health' });
export type HealthView = z.infer<typeof HealthView>;
