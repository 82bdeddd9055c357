import type { Event } from './event.ts';

/** A position in the log: before the event of that place on that page, both from 0. */
export type LogPosition = { page: number; offset: number };

/** The events, in the order in which they were recorded, for at least 24 hours. */
export interface EventLog {
  /** Behind the newest event. */
  end(): Promise<LogPosition>;
  /** Before the first event of the hour in which `since` lies, or the first after it. */
  find(since: Date): Promise<LogPosition>;
  /**
   * At most so many events from a position on, and the position behind them; undefined where events
   * that follow the position are not stored any more, or where it is no position of this log.
   */
  read(
    from: LogPosition,
    limit: number,
  ): Promise<{ events: Event[]; next: LogPosition } | undefined>;
}
