import { createHash } from 'node:crypto';
import { z } from 'zod';
import { maxEditSessions, sessionTtl } from '#lib/edits/edit-session.ts';
import type { CacheReport } from '#lib/edits/edit-sessions.ts';

const Count = z.int().min(0);

export const CacheView = z
  .object({
    entries: z
      .array(
        z.object({
          key: z
            .string()
            .describe(
              'slot and the first 12 hex digits of SHA-256(init_id): identifies an entry, but opens none',
            ),
          size_bytes: Count,
          ttl_left_seconds: z.number().min(0),
        }),
      )
      .describe('entries that have not expired, the next to expire first'),
    count: Count,
    bound: Count.describe(
      'how many entries the store has at most; the next one replaces the oldest',
    ),
    bytes: Count.describe('size of all entries'),
    hits: Count,
    misses: Count,
    hit_rate: z.number().nullable().describe('null before the first lookup'),
    sets: Count.describe('processes ever added'),
    evictions: Count.describe('processes replaced before they expired'),
    default_ttl_seconds: Count,
  })
  .meta({ id: 'CacheStatus', description: 'The store of processes, without their contents' });
export type CacheView = z.infer<typeof CacheView>;

/** The store as the API shows it. An `init_id` opens its process, so none is shown. */
export const toCacheView = (
  { entries, hits, misses, sets, evictions }: CacheReport,
  now: Date,
): CacheView => ({
  entries: entries
    .toSorted((a, b) => Date.parse(a.expiresAt) - Date.parse(b.expiresAt))
    .map(({ initId, sizeBytes, expiresAt }) => ({
      key: entryKey(initId),
      size_bytes: sizeBytes,
      ttl_left_seconds: Math.max(0, (Date.parse(expiresAt) - now.getTime()) / 1000),
    })),
  count: entries.length,
  bound: maxEditSessions,
  bytes: entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  hits,
  misses,
  hit_rate: hits + misses ? Number((hits / (hits + misses)).toFixed(4)) : null,
  sets,
  evictions,
  default_ttl_seconds: sessionTtl.defaultSeconds,
});

const entryKey = (initId: string): string =>
  `${initId.slice(0, 3)}-${createHash('sha256').update(initId).digest('hex').slice(0, 12)}`;
