import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { type FaultyDarkroom, startFaultyDarkroom } from '#test/support/faults-harness.ts';
import { proofMs, waitMs } from '#test/support/faults-timeouts.ts';
import { faultsSeed } from './random.ts';

const stored = 'PutObject derived';

let darkroom: FaultyDarkroom;
beforeAll(async () => {
  darkroom = await startFaultyDarkroom({ seed: faultsSeed(), workers: 'forked' });
}, 120_000);
afterAll(() => darkroom?.stop());

const anImage = async (seed: number) => {
  const bytes = await drawnJpeg({ width: 900, height: 600, seed });
  const { image_id: imageId } = await darkroom.uploadOne({ name: `${seed}.jpg`, bytes });
  await darkroom.ended(imageId);
  return imageId;
};
const listVariants = (imageId: string) => darkroom.derivedKeys(`i/${imageId}/`);
const requestVariant = (imageId: string) =>
  fetch(`${darkroom.baseUrl}/i/${imageId}/w640.webp`).then(
    ({ status }) => status,
    () => 'none',
  );

describe('a delivery request whose function is killed', () => {
  it.each(['before', 'after'] as const)(
    '%s it stored its variant is repeated by the next request, and the variant is deleted with the image',
    async (when) => {
      const imageId = await anImage(when === 'before' ? 81_001 : 81_002);
      await darkroom.faultControl.add({ worker: 'host', call: stored, when });
      expect(await requestVariant(imageId)).toBe('none');
      await darkroom.stack.restart();

      expect(await listVariants(imageId)).toHaveLength(when === 'before' ? 0 : 1);
      expect(await requestVariant(imageId)).toBe(200);
      expect(await listVariants(imageId)).toHaveLength(1);
      const { status } = await darkroom.json(`/api/images/${imageId}`, { method: 'DELETE' });
      expect(status).toBe(200);
      expect(await listVariants(imageId)).toEqual([]);
      expect(await requestVariant(imageId)).toBe(404);
      expect(await darkroom.audit()).toEqual([]);
    },
    proofMs,
  );

  it(
    'after it stored a variant of an image that was deleted meanwhile leaves no variant behind',
    async () => {
      const imageId = await anImage(81_003);
      await darkroom.faultControl.add({
        worker: 'host',
        call: stored,
        when: 'before',
        what: 'hold',
      });
      const answer = requestVariant(imageId);
      await darkroom.faultControl.held();
      await darkroom.json(`/api/images/${imageId}`, { method: 'DELETE' });
      // The check that would have found the image deleted never runs.
      await darkroom.faultControl.add({ worker: 'host', call: 'GetItem images', when: 'before' });
      await darkroom.faultControl.release();
      expect(await answer).toBe('none');
      await darkroom.stack.restart();

      expect(await listVariants(imageId)).toHaveLength(1);
      expect(await requestVariant(imageId)).toBe(404);
      await eventually(async () => expect(await listVariants(imageId)).toEqual([]), {
        within: waitMs, // the sweep waits until no earlier delivery can still be running
        every: 2000,
      });
      expect(await darkroom.audit()).toEqual([]);
    },
    proofMs,
  );
});

describe('concurrent requests for a variant', () => {
  it(
    'all get the same complete bytes, and leave no variant of an image that is deleted meanwhile',
    async () => {
      const imageId = await anImage(81_004);
      const url = `${darkroom.baseUrl}/i/${imageId}/w480.avif`;
      const all = await Promise.all(
        Array.from({ length: 30 }, async () => Buffer.from(await (await fetch(url)).arrayBuffer())),
      );
      const deletion = darkroom.json(`/api/images/${imageId}`, { method: 'DELETE' });
      await Promise.all([deletion, ...Array.from({ length: 200 }, () => requestVariant(imageId))]);
      expect(new Set(all.map((bytes) => bytes.toString('base64'))).size).toBe(1);
      expect(await listVariants(imageId)).toEqual([]);
      expect(await requestVariant(imageId)).toBe(404);
    },
    proofMs,
  );
});
