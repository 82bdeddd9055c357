import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { createCsv, openWithOrigin } from './batch-client.ts';

const picture = await drawnJpeg({ width: 320, height: 240, seed: 944 });
const { origin, darkroom } = await openWithOrigin({ '/good.jpg': picture });
afterAll(() => origin.stop());

const cancel = (requestId: string) =>
  darkroom.json(`/api/batches/${requestId}`, { method: 'DELETE' });

describe('a batch that is cancelled', () => {
  it('keeps what is done, ends the rest as cancelled, and says so in its results', async () => {
    const [good, held] = [`${origin.url}/good.jpg`, `${origin.url}/held`];
    const waiting = Array.from({ length: 20 }, (_, nth) => [`${held}?${nth}`]);
    const requestId = await darkroom.start(createCsv([good], ...waiting));
    await eventually(
      async () => {
        const { progress } = await darkroom.batch(requestId);
        expect(progress.processed_images).toBe(1);
      },
      { within: darkroom.scaleTimeout(20_000), every: 50 },
    );

    const cancelling = await cancel(requestId);
    expect(cancelling).toMatchObject({ status: 202, outcome: 'success', code: 5000 });
    const ended = await darkroom.batchEnded(requestId);
    origin.release();

    expect(ended).toMatchObject({
      status: 'cancelled',
      progress: { total_images: 21, processed_images: 21, failed_images: 0, cancelled_images: 20 },
      message: 'The batch was cancelled: 1 of 21 images were processed.',
    });
    expect(ended.products.map(({ status }) => status)).toEqual([
      'completed',
      ...waiting.map(() => 'cancelled'),
    ]);
    expect(ended.products[1]?.images).toEqual([
      {
        input_url: `${held}?0`,
        output_url: null,
        image_id: null,
        status: 'cancelled',
        error: null,
        error_code: null,
      },
    ]);
    const { rows } = await darkroom.results(requestId);
    expect(rows[1]?.[3]).toMatch(/^http/);
    expect(rows[2]?.slice(3)).toEqual(['', expect.stringContaining('The batch was cancelled')]);
    expect((await darkroom.results(requestId, '?errors=1')).rows).toHaveLength(21);
    expect(await cancel(requestId)).toMatchObject({
      status: 409,
      error_code: 'batch_ended',
      code: 5001,
    });
  });

  it('is a 404 where it is unknown', async () => {
    expect(await cancel(randomUUID())).toMatchObject({ status: 404, error: 'Batch not found' });
  });
});
