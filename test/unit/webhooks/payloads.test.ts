import { describe, expect, it } from 'vitest';
import { complete, fail } from '#lib/edits/edit.ts';
import type { Change } from '#lib/events/changes.ts';
import { deriveEvents } from '#lib/events/derive-events.ts';
import { type EventType, eventTypes } from '#lib/events/event.ts';
import { eventPayloads } from '#lib/http/webhook-payloads.ts';
import { mapSteps } from '#lib/images/steps.ts';
import { aBatch } from '#test/support/batch-builder.ts';
import { anEdit } from '#test/support/edit-builder.ts';
import { anImage } from '#test/support/image-builder.ts';
import { webhooksHarness } from '#test/support/webhooks-harness.ts';

const at = new Date('2026-11-30T10:00:00.000Z');
const endedAt = at.toISOString();
const ended = { run: 1, attempts: 1, durationMs: 5, endedAt };
const done = {
  ...anImage(),
  processedAt: endedAt,
  steps: mapSteps(() => ({ state: 'done' as const, ...ended })),
};
const failed = {
  ...done,
  steps: {
    ...done.steps,
    exif: { state: 'failed' as const, ...ended, reason: 'It is cut off.', gaveUp: false },
  },
};
const pending = anEdit();
const atWork = {
  ...pending,
  status: 'PROCESSING',
  startedAt: endedAt,
  attempts: 1,
  lease: null,
  seenAt: endedAt,
  unanswered: 0,
} as const;
const result = { provider: 'openai', model: 'm', durationMs: 900, etag: 'e2' };
const counts = { products: 2, images: 2, failed: 1 };

const changes: [EventType, Change][] = [
  ['image.done', { record: 'image', before: anImage(), after: done }],
  ['image.failed', { record: 'image', before: anImage(), after: failed }],
  ['image.deleted', { record: 'image', before: done, after: { ...done, deleted: 'gone' } }],
  [
    'batch.ended',
    {
      record: 'batch',
      before: aBatch(),
      after: aBatch({ work: { state: 'ended', endedAt, counts } }),
    },
  ],
  [
    'batch.ended',
    {
      record: 'batch',
      before: aBatch(),
      after: aBatch({ work: { state: 'refused', endedAt, reason: 'The CSV has no rows.' } }),
    },
  ],
  ['edit.ended', { record: 'edit', before: atWork, after: complete(atWork, result, at) }],
  [
    'edit.ended',
    {
      record: 'edit',
      before: pending,
      after: fail(pending, { code: 'provider_refused', reason: 'It refused.' }, at),
    },
  ],
];

describe('what a webhook gets of a change', () => {
  it.each(changes)('(%s) is exactly what the OpenAPI document says', async (type, change) => {
    const harness = webhooksHarness();
    await harness.create([...eventTypes]);

    await harness.notify(...deriveEvents(change, { changeId: 'shard 1', at }));
    await harness.deliverAll();

    const bodies = harness.receiver.requests.map(({ body }) => JSON.parse(body));
    expect(bodies).toHaveLength(1);
    expect(eventPayloads[type].parse(bodies[0])).toEqual(bodies[0]);
  });
});
