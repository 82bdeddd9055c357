import { describe, expect, it } from 'vitest';
import { pictureRefusals } from '#lib/ai/messages.ts';
import { reject, withStepEnded } from '#lib/images/advance-steps.ts';
import { refusal } from '#lib/images/picture.ts';
import type { Outcome } from '#lib/images/step.ts';
import { stepLog } from '#lib/queue/step-log.ts';
import { anImage } from '#test/support/image-builder.ts';

const image = anImage();
const message = { image_id: image.imageId, rev: 1, run: 1, request_id: 'a-request' };
const stats = { attempts: 1, durationMs: 5, endedAt: new Date('2026-11-21T09:31:00.000Z') };
const ended = (outcome: Outcome, step: 'thumbnails' | 'caption' = 'thumbnails') =>
  withStepEnded(image, step, outcome, stats);
const failed = {
  state: 'failed',
  code: 'damaged_file',
  reason: 'It is damaged.',
  gaveUp: false,
} as const;

const line = (given: Parameters<NonNullable<ReturnType<typeof stepLog>['outcome']>>[0]) =>
  stepLog('thumbnails').outcome?.(given, message);
const captionLine = (kind: string) =>
  stepLog('caption', { pictureKinds: pictureRefusals }).outcome?.(
    { image: ended(failed, 'caption'), changed: true, kind },
    message,
  );

describe('the log line of a step', () => {
  it('says that the step is done', () => {
    expect(line({ image: ended({ state: 'done' }), changed: true })).toEqual({
      fields: { step: 'thumbnails', state: 'done' },
    });
  });

  it('warns with the reason where the picture cannot be decoded', () => {
    expect(line({ image: ended(failed), changed: true })).toEqual({
      level: 'warn',
      fields: {
        ...{ step: 'thumbnails', state: 'failed' },
        ...{ reason: 'It is damaged.', error_code: 'damaged_file' },
      },
    });
  });

  it('warns with reason and code where the file is rejected', () => {
    const rejected = reject(image, refusal('empty_file', 'The file is empty.'), stats.endedAt);
    expect(line({ image: rejected, changed: true })).toEqual({
      level: 'warn',
      fields: {
        ...{ step: 'thumbnails', state: 'failed' },
        ...{ reason: 'The file is empty.', error_code: 'empty_file' },
      },
    });
  });

  it('does not warn again where an earlier delivery ended the step', () => {
    expect(line({ image: ended(failed), changed: false })).toEqual({
      fields: {
        ...{ step: 'thumbnails', state: 'failed', repeated: true },
        ...{ reason: failed.reason, error_code: failed.code },
      },
    });
  });

  it.each([undefined, { ...image, rev: 2 }, { ...image, deleted: 'deleting' as const }])(
    'says that the message is stale where the image is gone or another one by now',
    (now) => {
      expect(line({ image: now, changed: false })).toEqual({
        fields: { step: 'thumbnails', state: 'stale' },
      });
    },
  );

  it.each([
    ['declined', 'warn'],
    ['unreadable_picture', 'warn'],
    ['wrong_key', 'error'],
    ['unknown_model', 'error'],
    ['no_caption_provider', 'error'],
  ])('of a caption that failed with %s is at %s', (kind, level) => {
    expect(captionLine(kind)).toMatchObject({ level, fields: { state: 'failed', kind } });
  });
});
