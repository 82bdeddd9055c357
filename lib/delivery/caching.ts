import type { Variant } from './find-variant.ts';

const yearSeconds = 31_536_000;
const otherVersionSeconds = 60;

/**
 * `Cache-Control` of a variant. Under a link that names its version it never changes; under any
 * other it is the newest, for a minute. No cache stores it beyond the expiry of the link.
 */
export const cacheControl = (
  { isCurrent, expiresAt }: Pick<Variant, 'isCurrent' | 'expiresAt'>,
  now: Date,
): string => {
  const seconds = isCurrent ? yearSeconds : otherVersionSeconds;
  if (expiresAt === undefined) return `public, max-age=${seconds}${isCurrent ? ', immutable' : ''}`;
  const left = Math.floor(expiresAt - now.getTime() / 1000);
  return `public, max-age=${Math.max(0, Math.min(seconds, left))}`;
};
