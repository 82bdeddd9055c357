import { createHash } from 'node:crypto';
import type { Database } from './database.ts';

/** Tokens of transactions that were done, stored with them: also one that was killed is done once. */
export type RequestTokens = {
  /** 'new', 'done' with the same content, or 'other': the token was used for something else. */
  find(token: string, content: string): 'new' | 'done' | 'other';
  /** To be called in the SQLite transaction of what the token stands for. */
  add(token: string, content: string): void;
  /** Forgets what is too old to count. */
  trim(): void;
};

const rememberedMs = 10 * 60 * 1000;

export const requestTokens = (database: Database, now: () => number): RequestTokens => {
  const select = database.prepare(
    'SELECT fingerprint FROM request_tokens WHERE token = ? AND done_at >= ?',
  );
  const insert = database.prepare(
    'INSERT OR REPLACE INTO request_tokens (token, fingerprint, done_at) VALUES (?, ?, ?)',
  );
  const remove = database.prepare('DELETE FROM request_tokens WHERE done_at < ?');
  return {
    find: (token, content) => {
      const row = select.get(token, now() - rememberedMs) as unknown as [Uint8Array] | undefined;
      if (!row) return 'new';
      return Buffer.compare(row[0], hashContent(content)) === 0 ? 'done' : 'other';
    },
    add: (token, content) => void insert.run(token, hashContent(content), now()),
    trim: () => void remove.run(now() - rememberedMs),
  };
};

const hashContent = (content: string): Buffer => createHash('sha256').update(content).digest();
