import type { Event } from './event.ts';

/** How far a shard of a stream was projected. */
export type ShardState = {
  /** Sequence of the last change that was; undefined before the first. */
  sequence: string | undefined;
  /** Names of shards whose states can be removed: their changes are not delivered any more. */
  ended: readonly string[];
};

/** What some changes of one shard add up to. */
export type Projected = {
  shard: string;
  /** Sequences of the first and the last of the changes. */
  first: string;
  last: string;
  /** What is added to each counter, by its name. */
  counters: Readonly<Record<string, number>>;
  events: readonly Event[];
};

/** What is derived from the records: counters and events, and how far. */
export interface Projections {
  /** Strongly consistent. */
  find(shard: string, now: Date): Promise<ShardState>;
  /**
   * Adds to the counters, appends the events, and stores that the shard was projected up to `last`: all
   * together or nothing. `false` if the shard was projected up to `first` or further, or after a conflict:
   * read and decide again.
   */
  commit(projected: Projected, state: ShardState, now: Date): Promise<boolean>;
}
