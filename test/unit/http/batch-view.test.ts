import { describe, expect, it } from 'vitest';
import type { Batch, RowCounts, Webhook } from '#lib/batches/batch.ts';
import { BatchView, toBatchView } from '#lib/http/batch-view.ts';
import { aBatch } from '#test/support/batch-builder.ts';

const at = '2026-11-20T10:00:00.000Z';

const none = { products: 0, images: 0, failed: 0 };

const total = { products: 4, images: 6 };

const cut = { written: 3, reason: 'It took too long.' };

const ended = (failed: number): Batch['work'] => ({
  state: 'ended',
  endedAt: at,
  counts: { products: 4, images: 6, failed },
});

const cutAt = (failed: number): Batch['work'] => ({
  state: 'ended',
  endedAt: at,
  counts: { products: 3, images: 5, failed },
});

describe('a batch', () => {
  it.each<[string, Partial<Batch>, RowCounts, string, string]>([
    [
      'that has only just begun',
      { total, work: { state: 'expanding', written: 0, since: at } },
      none,
      'pending',
      '0 of 6 images are processed.',
    ],
    [
      'whose rows are being written',
      { total, work: { state: 'expanding', written: 2, since: at } },
      { products: 1, images: 1, failed: 0 },
      'processing',
      '1 of 6 images are processed.',
    ],
    [
      'that runs',
      { total },
      { products: 2, images: 4, failed: 1 },
      'processing',
      '4 of 6 images are processed, 1 of them failed.',
    ],
    [
      'that is being cancelled',
      { total, cancelledAt: at },
      { products: 2, images: 4, failed: 1, cancelled: 2 },
      'processing',
      'The batch is being cancelled. 2 of 6 images are processed, 1 of them failed.',
    ],
    [
      'that was cancelled',
      {
        total,
        cancelledAt: at,
        work: {
          state: 'ended',
          endedAt: at,
          counts: { products: 4, images: 6, failed: 0, cancelled: 5 },
        },
      },
      { products: 4, images: 6, failed: 0, cancelled: 5 },
      'cancelled',
      'The batch was cancelled: 1 of 6 images were processed.',
    ],
    [
      'that is being closed',
      { total, work: { state: 'closing', since: at } },
      { products: 4, images: 6, failed: 1 },
      'processing',
      'Every image is processed; the results are being written.',
    ],
    [
      'that is done',
      { total, work: ended(0) },
      { products: 4, images: 6, failed: 0 },
      'completed',
      'All 6 images are processed.',
    ],
    [
      'of which some failed',
      { total, work: ended(2) },
      { products: 4, images: 6, failed: 2 },
      'completed_with_errors',
      'All 6 images are processed, 2 of them failed.',
    ],
    [
      'of which all failed',
      { total, work: ended(6) },
      { products: 4, images: 6, failed: 6 },
      'failed',
      'All 6 images are processed, 6 of them failed.',
    ],
    [
      'of which not all products were begun',
      { total, cut, work: cutAt(0) },
      { products: 3, images: 5, failed: 0 },
      'completed_with_errors',
      '5 of 6 images are processed. Of 4 products only the first 3 were begun: It took too long. Send the others again in a file of their own.',
    ],
    [
      'of which not all products were begun, and those failed',
      { total, cut, work: cutAt(5) },
      { products: 3, images: 5, failed: 5 },
      'failed',
      '5 of 6 images are processed, 5 of them failed. Of 4 products only the first 3 were begun: It took too long. Send the others again in a file of their own.',
    ],
    [
      'whose CSV was refused',
      { work: { state: 'refused', endedAt: at, reason: 'The CSV has an error: …' } },
      none,
      'failed',
      'The CSV has an error: …',
    ],
  ])('%s says so', (_, given, counts, status, message) => {
    const view = BatchView.parse(toBatchView(aBatch(given), counts));

    expect(view).toMatchObject({ status, message, webhook: null, webhook_url: null, errors: [] });
    expect(view.progress).toMatchObject({
      processed_products: counts.products,
      processed_images: counts.images,
      failed_images: counts.failed,
      cancelled_images: counts.cancelled ?? 0,
    });
  });

  it('says nothing of numbers that are not known yet', () => {
    const { total: _, ...unread } = aBatch({ work: { state: 'expanding', written: 0, since: at } });

    expect(toBatchView(unread, none)).toMatchObject({
      message: 'The CSV is being fetched.',
      progress: { total_products: 0, total_images: 0, percentage: 0 },
    });
  });

  it.each([
    [1, 3, 33.33],
    [2, 3, 66.66],
    [49_999, 50_000, 99.99],
    [199_999, 200_000, 99.99],
    [3, 3, 100],
  ])('that has processed %d of %d is at %d %', (images, all, percentage) => {
    const batch = aBatch({ total: { products: 1, images: all } });

    expect(toBatchView(batch, { products: 0, images, failed: 0 }).progress).toEqual({
      total_products: 1,
      processed_products: 0,
      total_images: all,
      processed_images: images,
      failed_images: 0,
      cancelled_images: 0,
      percentage,
    });
  });

  it('lists the errors of a fetched CSV', () => {
    const faults = { faults: [{ row: 3, column: null, message: 'No.' }], more: 2 };

    expect(BatchView.parse(toBatchView(aBatch(), none, faults)).errors).toEqual(faults.faults);
  });

  it('shows of its webhook what a client may see', () => {
    const webhook: Webhook = {
      url: 'https://hook.example/',
      state: 'pending',
      round: 2,
      tries: 1,
      dueAt: '2026-11-20T11:00:00.000Z',
      leasedUntil: at,
      attempts: [{ at, status: 503, error: 'It answered 503.' }],
    };

    expect(BatchView.parse(toBatchView(aBatch({ webhook }), none))).toMatchObject({
      webhook_url: 'https://hook.example/',
      webhook: {
        state: 'pending',
        next_attempt_at: '2026-11-20T11:00:00.000Z',
        attempts: [{ at, status: 503, error: 'It answered 503.' }],
      },
    });
    const over = toBatchView(aBatch({ webhook: { ...webhook, state: 'delivered' } }), none);
    expect(over.webhook).toEqual({
      state: 'delivered',
      next_attempt_at: null,
      attempts: webhook.attempts,
    });
  });

  it('leaves out internal properties', () => {
    const view = BatchView.parse(toBatchView(aBatch({ requeuedAt: at }), none));

    expect(JSON.stringify(view)).not.toMatch(/baseUrl|base_url|askedAgain|work|since/);
  });
});
