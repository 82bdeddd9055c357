import { describe, expect, it } from 'vitest';
import { start, withStepEnded } from '#lib/images/advance-steps.ts';
import { type Image, imageIdOf, ownerOf } from '#lib/images/image.ts';
import type { Images, RenditionSets } from '#lib/images/images.ts';
import { planRelease } from '#lib/images/rendition-set.ts';
import type { Outcome, StepName } from '#lib/images/step.ts';
import { type ImageUpdate, updateImage } from '#lib/images/update-image.ts';
import { anImage } from '#test/support/image-builder.ts';
import { shown } from './image-fixtures.ts';
import type { OpenImages } from './images.contract.ts';

const actors = 6;
const actionsPerActor = 40;
const keys = ['a', 'b', 'c', 'd', 'e'];
const renditionSetIds = ['cafe/small-200', 'beef/small-200'];

/** Park and Miller's minimal standard generator, so that a failing run can be named by its seed. */
const seededRandom = (seed: number) => {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
};

/**
 * Concurrent actors add, process, share, replace and delete a few images at random. Afterwards the
 * reference counts must match the images that exist.
 */
export const imageCrowdContract = (name: string, open: OpenImages) =>
  describe(`${name} under concurrency`, () => {
    it.each([1, 2, 3])('leaves references exact (seed %i)', async (seed) => {
      const { images, renditionSets } = await open();

      const changes = await Promise.all(
        Array.from({ length: actors }, (_, actor) =>
          act(images, renditionSets, seededRandom(seed * 7919 + actor * 104_729 + 1)),
        ),
      );

      const found = await Promise.all(keys.map((key) => images.find(imageIdOf(key))));
      const all = found.flatMap((one) => (one ? [one.image] : []));
      for (const renditionSetId of renditionSetIds) {
        const showing = all.filter(
          ({ renditionSet, deleted }) =>
            renditionSet?.renditionSetId === renditionSetId && !deleted,
        );
        const renditionSet = await renditionSets.find(renditionSetId);
        expect(renditionSet?.refs ?? 0).toBe(showing.length);
        for (const image of showing) expect(image.renditionSet?.owner).toBe(renditionSet?.owner);
      }
      // A run in which few actions change anything would prove nothing.
      expect(changes.reduce((sum, n) => sum + n)).toBeGreaterThan((actors * actionsPerActor) / 2);
    });
  });

const act = async (
  images: Images,
  renditionSets: RenditionSets,
  random: () => number,
): Promise<number> => {
  let changes = 0;
  for (let action = 0; action < actionsPerActor; action++) {
    const key = pickOne(keys, random);
    const choice = random();
    const renditionSetId = pickOne(renditionSetIds, random);
    const { changed } = await updateImage(
      imageIdOf(key),
      (image) => randomUpdate(image, { key, choice, renditionSetId }, renditionSets),
      { images },
    );
    if (changed) changes++;
  }
  return changes;
};

const pickOne = <T>(list: readonly T[], random: () => number): T => {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined) throw new Error('An empty list has nothing to choose from.');
  return found;
};

type RandomAction = { key: string; choice: number; renditionSetId: string };

const randomUpdate = async (
  image: Image | undefined,
  { key, choice, renditionSetId }: RandomAction,
  renditionSets: RenditionSets,
): Promise<ImageUpdate | undefined> => {
  const now = new Date();
  if (!image || image.deleted)
    return {
      image: anImage({ key, rev: (image?.rev ?? 0) + 1, sizeBytes: Math.ceil(choice * 1e6) }),
    };
  if (choice < 0.1) {
    const { renditionSetChange } = await planRelease(image, { renditionSets });
    return {
      image: { ...image, deleted: choice < 0.05 ? 'deleting' : 'gone' },
      renditionSetChange,
    };
  }
  if (choice < 0.2) {
    const { renditionSetChange } = await planRelease(image, { renditionSets });
    return {
      image: anImage({ key, rev: image.rev + 1, sizeBytes: Math.ceil(choice * 1e6) }),
      renditionSetChange,
    };
  }
  if (choice < 0.3) return { image: { ...image, originalName: `${choice}` } };
  if (choice < 0.6 && !image.renditionSet)
    return show(start(image, now), renditionSetId, renditionSets);
  return { image: withStepEnded(image, stepFor(choice), outcomeFor(choice), attemptStatsAt(now)) };
};

const show = async (
  image: Image,
  renditionSetId: string,
  renditionSets: RenditionSets,
): Promise<ImageUpdate> => {
  const known = await renditionSets.find(renditionSetId);
  const owner = known?.owner ?? ownerOf(image);
  const renditionSet = { ...shown, renditionSetId, owner };
  return {
    image: { ...image, renditionSet },
    renditionSetChange: known
      ? { action: 'addReference', renditionSetId, owner }
      : {
          action: 'create',
          renditionSet: { ...renditionSet, createdAt: image.uploadedAt },
        },
  };
};

const attemptStatsAt = (endedAt: Date) => ({ attempts: 1, durationMs: 12, endedAt });

const stepFor = (choice: number): StepName => {
  if (choice < 0.7) return 'thumbnails';
  return choice < 0.85 ? 'exif' : 'caption';
};

const outcomeFor = (choice: number): Outcome =>
  Math.round(choice * 1000) % 4
    ? { state: 'done' }
    : { state: 'failed', code: 'unreadable_file', reason: 'a whim', gaveUp: false };
