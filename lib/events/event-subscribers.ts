import type { Event } from './event.ts';

/** The subscribers to events. */
export interface EventSubscribers {
  /**
   * Takes over events, in their order. They may come again, with the same ids: after a failure, or after
   * a kill between this call and the commit that follows it.
   */
  notify(events: readonly Event[]): Promise<void>;
}
