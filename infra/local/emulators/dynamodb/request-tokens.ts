import { createHash } from 'node:crypto';

/** Remembers which transactions were done, so that one sent again is not done again. */
export type RequestTokens = {
  /** 'new', 'done' with the same content, or 'other': the token was used for something else. */
  find(token: string, content: string): 'new' | 'done' | 'other';
  remember(token: string, content: string): void;
};

const rememberedMs = 10 * 60 * 1000; // as long as DynamoDB promises
const rememberedCount = 20_000; // the SDK sends a token with every transaction

export const requestTokens = (now: () => number = Date.now): RequestTokens => {
  const done = new Map<string, { fingerprint: string; at: number }>();
  return {
    find: (token, content) => {
      const known = done.get(token);
      if (!known || now() - known.at > rememberedMs) return 'new';
      return known.fingerprint === fingerprintOf(content) ? 'done' : 'other';
    },
    remember: (token, content) => {
      done.delete(token);
      done.set(token, { fingerprint: fingerprintOf(content), at: now() });
      for (const [oldest, { at }] of done) {
        if (done.size <= rememberedCount && now() - at <= rememberedMs) break;
        done.delete(oldest);
      }
    },
  };
};

const fingerprintOf = (content: string) => createHash('sha1').update(content).digest('base64');
