import { describe, expect, it } from 'vitest';
import type { Batch } from '#lib/batches/batch.ts';
import { complete, fail } from '#lib/edits/edit.ts';
import type { Change } from '#lib/events/changes.ts';
import { deriveEvents } from '#lib/events/derive-events.ts';
import type { Image } from '#lib/images/image.ts';
import type { Step } from '#lib/images/step.ts';
import { mapSteps } from '#lib/images/steps.ts';
import { aBatch } from '#test/support/batch-builder.ts';
import { anEdit } from '#test/support/edit-builder.ts';
import { anImage } from '#test/support/image-builder.ts';

const at = new Date('2026-11-21T10:00:05.000Z');
const processedAt = '2026-11-21T10:00:04.250Z';
const derive = (change: Change, changeId = 'shard 1') => deriveEvents(change, { changeId, at });

const ended = { run: 1, attempts: 1, durationMs: 5, endedAt: processedAt };
const done: Step = { state: 'done', ...ended };
const failed: Step = {
  state: 'failed',
  ...ended,
  code: 'truncated_file',
  reason: 'The file is cut off.',
  gaveUp: false,
};

const queued = anImage();
const isDone: Image = { ...queued, steps: mapSteps(() => done), processedAt };
const isFailed: Image = { ...isDone, steps: { ...isDone.steps, thumbnails: failed } };
const isDeleted: Image = { ...isDone, deleted: 'deleting' };
const image = (before: Image | undefined, after: Image | undefined) =>
  derive({ record: 'image', before, after }).map(({ type }) => type);

describe('the events of an image', () => {
  it.each<[string, string[], Image | undefined, Image | undefined]>([
    ['is uploaded', [], undefined, queued],
    ['is refused at once', ['image.failed'], undefined, isFailed],
    ['begins to be processed', [], queued, { ...queued, beganAt: processedAt }],
    ['becomes done', ['image.done'], queued, isDone],
    ['becomes failed', ['image.failed'], queued, isFailed],
    ['is renamed when it is done', [], isDone, { ...isDone, originalName: 'b.jpg' }],
    ['is tried again', [], isFailed, queued],
    ['is done after another try', ['image.done'], isFailed, isDone],
    ['is replaced', [], isDone, { ...queued, rev: 2 }],
    [
      'is replaced by another that fails at once',
      ['image.failed'],
      isFailed,
      { ...isFailed, rev: 2 },
    ],
    ['is deleted', ['image.deleted'], isDone, isDeleted],
    [
      'is deleted while it is processed',
      ['image.deleted'],
      queued,
      { ...queued, deleted: 'deleting' },
    ],
    ['is gone after its deletion', [], isDeleted, { ...isDeleted, deleted: 'gone' }],
    ['loses its tombstone', [], { ...isDeleted, deleted: 'gone' }, undefined],
    ['is removed by hand', ['image.deleted'], isDone, undefined],
    ['is uploaded again after its deletion', [], { ...isDeleted, deleted: 'gone' }, queued],
  ])('that %s are %j', (_, types, before, after) => {
    expect(image(before, after)).toEqual(types);
  });

  it('say when it ended, its status and why it failed', () => {
    const [event] = derive({ record: 'image', before: queued, after: isFailed });

    expect(event).toEqual({
      eventId: expect.stringMatching(/^evt_[0-9a-f]{32}$/),
      type: 'image.failed',
      at: processedAt,
      data: {
        image_id: queued.imageId,
        status: 'failed',
        error: 'The file is cut off.',
        error_code: 'truncated_file',
      },
    });
    const [deletion] = derive({ record: 'image', before: isDone, after: isDeleted });
    expect(deletion?.at).toBe(at.toISOString());
  });

  it('have ids that follow from the change: the same when it is delivered again, others otherwise', () => {
    const deriveId = (changeId: string, after: Image) =>
      derive({ record: 'image', before: queued, after }, changeId)[0]?.eventId;

    expect(deriveId('shard 1', isDone)).toBe(deriveId('shard 1', isDone));
    const ids = [
      deriveId('shard 1', isDone),
      deriveId('shard 2', isDone),
      deriveId('shard 1', isFailed),
    ];
    expect(new Set(ids).size).toBe(3);
  });
});

describe('the events of a batch', () => {
  const endedAt = '2026-11-21T11:00:00.000Z';
  const running = aBatch();
  const counts = { products: 2, images: 2, failed: 1 };
  const isEnded = aBatch({ work: { state: 'ended', endedAt, counts } });
  const refused = aBatch({ work: { state: 'refused', endedAt, reason: 'The CSV has no rows.' } });
  const batch = (before: Batch | undefined, after: Batch | undefined) =>
    derive({ record: 'batch', before, after });

  it('are one, at its end', () => {
    expect(batch(undefined, running)).toEqual([]);
    expect(batch(isEnded, { ...isEnded, updatedAt: endedAt })).toEqual([]);
    expect(batch(running, isEnded)).toMatchObject([
      {
        type: 'batch.ended',
        at: endedAt,
        data: { request_id: running.requestId, status: 'completed_with_errors', error: null },
      },
    ]);
  });

  it('say why its CSV was refused, and why some of its rows were not begun', () => {
    const cut = { written: 1, reason: 'It was given up.' };

    expect(batch(running, refused)).toMatchObject([
      { data: { status: 'failed', error: 'The CSV has no rows.' } },
    ]);
    expect(batch(running, { ...isEnded, cut })).toMatchObject([
      { data: { error: 'It was given up.' } },
    ]);
  });
});

describe('the events of an edit', () => {
  const pending = anEdit();
  const atWork = {
    ...pending,
    status: 'PROCESSING',
    startedAt: processedAt,
    attempts: 1,
    lease: null,
    seenAt: processedAt,
    unanswered: 0,
  } as const;
  const result = { provider: 'openai', model: 'm', durationMs: 900, etag: 'e2' };
  const completed = complete(atWork, result, new Date(processedAt));

  it('are one, at its end', () => {
    expect(derive({ record: 'edit', before: undefined, after: pending })).toEqual([]);
    expect(derive({ record: 'edit', before: pending, after: atWork })).toEqual([]);
    expect(derive({ record: 'edit', before: completed, after: undefined })).toEqual([]);
    expect(derive({ record: 'edit', before: atWork, after: completed })).toMatchObject([
      {
        type: 'edit.ended',
        at: processedAt,
        data: { edit_id: pending.editId, status: 'COMPLETED', error: null },
      },
    ]);
  });

  it('say why it failed', () => {
    const after = fail(
      pending,
      { code: 'provider_refused', reason: 'There is no provider.' },
      new Date(processedAt),
    );

    expect(derive({ record: 'edit', before: pending, after })).toMatchObject([
      {
        data: {
          status: 'FAILED',
          error: 'There is no provider.',
          error_code: 'provider_refused',
        },
      },
    ]);
  });
});
