import { addCounters, counterDeltas } from '#lib/images/counters.ts';
import { detailDeltas } from '#lib/images/detail-counters.ts';
import { type PictureFacts, pictureFacts } from '#lib/images/picture-facts.ts';
import type { ReadChange, StreamRecord } from './changes.ts';
import { deriveEvents } from './derive-events.ts';
import type { Event } from './event.ts';
import type { EventSubscribers } from './event-subscribers.ts';
import type { Projections } from './projections.ts';

/** Consecutive records of one shard of a stream. Shards have names that are unique among all streams. */
export type StreamBatch = { shard: string; records: readonly StreamRecord[] };

type Contribution = {
  sequence: string;
  counters: Readonly<Record<string, number>>;
  events: readonly Event[];
  /** Of a picture that ended with this change. */
  facts?: PictureFacts | undefined;
};

type Deps = {
  readChange: ReadChange;
  projections: Projections;
  subscribers: EventSubscribers;
  now: () => Date;
  pause: (ms: number) => Promise<unknown>;
  random: () => number;
  reportUnreadable: (record: StreamRecord, error: unknown) => void;
  /** Called once its change is committed; not called where this process is killed in between. */
  onPictureEnded: (facts: PictureFacts) => void;
};

const maxTries = 12;
const maxPauseMs = 1000;

/**
 * Derives counters and events from changes, each exactly once, however often and in whatever batches a
 * shard's changes are delivered: what is up to the sequence that the shard was projected to is skipped, and
 * that sequence is stored in one transaction with what it stands for.
 *
 * Subscribers are notified before, so that a kill between the two repeats events and loses none.
 */
export const projectChanges = async ({ shard, records }: StreamBatch, deps: Deps) => {
  const { projections, subscribers, now, pause, random } = deps;
  // A change that adds nothing may be delivered again. One that adds something is stored as projected even
  // where the sum is nothing: of +1 and -1 only the first may be delivered again.
  const contributions = records
    .map((record) => readContribution(record, shard, deps))
    .filter(({ counters, events }) => Object.keys(counters).length + events.length > 0);
  const result = (projected: readonly Contribution[], events: number) => ({
    records: records.length,
    projected: projected.length,
    events,
  });
  if (contributions.length === 0) return result([], 0);

  let isNotified = false;
  for (let attempt = 0; attempt < maxTries; attempt++) {
    const state = await projections.find(shard, now());
    const fresh = contributions.filter(({ sequence }) => sequence > (state.sequence ?? ''));
    const [first, last] = [fresh[0], fresh.at(-1)];
    if (!first || !last) return result([], 0);
    const events = fresh.flatMap((one) => one.events);
    if (events.length > 0 && !isNotified) await subscribers.notify(events);
    isNotified = true; // what is left after a conflict is a part of it
    const counters = addCounters(fresh.map((one) => one.counters));
    const projected = { shard, first: first.sequence, last: last.sequence, counters, events };
    if (await projections.commit(projected, state, now())) {
      for (const { facts } of fresh) if (facts) deps.onPictureEnded(facts);
      return result(fresh, events.length);
    }
    await pause(random() * Math.min(maxPauseMs, 10 * 2 ** attempt)); // full jitter: other shards append too
  }
  throw new Error(`The changes were in conflict with those of other shards ${maxTries} times.`);
};

const readContribution = (
  record: StreamRecord,
  shard: string,
  { readChange, reportUnreadable }: Deps,
): Contribution => {
  const { sequence, at } = record;
  try {
    const change = readChange(record);
    if (!change) return { sequence, counters: {}, events: [] };
    const events = deriveEvents(change, { changeId: `${shard} ${sequence}`, at });
    if (change.record !== 'image') return { sequence, counters: {}, events };
    const { before, after } = change;
    const counters = { ...counterDeltas(before, after), ...detailDeltas(before, after) };
    return { sequence, counters, events, facts: pictureFacts(before, after) };
  } catch (error) {
    // It would fail for ever, and everything behind it would wait.
    reportUnreadable(record, error);
    return { sequence, counters: {}, events: [] };
  }
};
