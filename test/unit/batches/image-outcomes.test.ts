import { describe, expect, it } from 'vitest';
import { type BatchHarness, batchHarness, requestId } from '#test/support/batch-harness.ts';

import { imageId, newImage, scenarios } from './image-outcome-scenarios.ts';

describe.each(Object.entries(scenarios))('a row whose image %s', (_, scenario) => {
  const { captions = false, given, end, state, reason, isSwept = false } = scenario;
  const prepared = async () => {
    const harness = await newImage({ captions });
    await given?.(harness);
    harness.outcomes.length = 0;
    return harness;
  };
  const expectRecorded = async (harness: BatchHarness) => {
    await harness.finish();
    const [image] = (await harness.rows())[0]?.images ?? [];
    expect(image).toMatchObject({ state, ...(reason && { reason }) });
    expect(await harness.batch()).toMatchObject({
      work: { state: 'ended', counts: { images: 1, failed: state === 'failed' ? 1 : 0 } },
    });
  };

  it('is notified', async () => {
    const harness = await prepared();

    await end(harness);

    expect(harness.outcomes.at(-1)).toMatchObject({ image_id: imageId, request_id: requestId });
    await expectRecorded(harness);
  });

  it('is notified when the message is retried, whichever write it was killed before', async () => {
    let writes = 0;
    for (let hasEndedImage = false; !hasEndedImage; writes++) {
      const harness = await prepared();
      harness.worker.killAfter(writes);

      await end(harness);
      harness.worker.restart();
      if (isSwept && harness.outcomes.length === 0) {
        harness.pass(3 * 60_000);
        await harness.app.sweep();
        await harness.sweep();
      }

      await expectRecorded(harness);
      hasEndedImage = !harness.worker.wasKilled();
    }
    expect(writes).toBeGreaterThan(1);
  });
});

describe('a row whose image has not ended', () => {
  it.each(['thumbnails', 'exif'] as const)(
    'is not notified when only its %s are done',
    async (step) => {
      const harness = await newImage();
      const message = harness.app.deps.stepQueues.receive(step);

      if (message) await harness.app.work(step, message);

      expect((await harness.app.image(imageId)).steps[step].state).toBe('done');
      expect(harness.outcomes).toEqual([]);
    },
  );
});

describe('a picture that is not of a batch', () => {
  it('notifies no row, although its key looks like that of a batch', async () => {
    const harness = batchHarness();
    const image = await harness.app.drop('a folder/beach.jpg', 'a picture');
    await harness.app.finish();
    await harness.app.remove(image?.imageId ?? '');

    expect(harness.outcomes).toEqual([]);
  });
});
