import { expect } from 'vitest';
import type { Image } from '#lib/images/image.ts';
import type { Images, RenditionSet, Versioned } from '#lib/images/images.ts';
import type { Step } from '#lib/images/step.ts';
import { updateImage } from '#lib/images/update-image.ts';
import { anImage } from '#test/support/image-builder.ts';

export const at = '2026-11-21T10:00:00.000Z';
const ended = { run: 1, attempts: 1, durationMs: 5, endedAt: at };
export const done: Step = { state: 'done', ...ended };
export const failed: Step = { state: 'failed', ...ended, reason: 'no', gaveUp: true };

/** The renditions of an image with `aRenditionSet`. */
export const shown: NonNullable<Image['renditionSet']> = {
  renditionSetId: 'cafe/small-200.medium-800',
  owner: 'first.1',
  renditions: [{ name: 'small', width: 200, height: 150, sizeBytes: 9000 }],
  placeholder: 'YTkGJwaRhWUIt4lbgnhZl3ath2BUBGYA',
  dominantColor: '#12ab9f',
};
export const aRenditionSet: Omit<RenditionSet, 'refs'> = { ...shown, createdAt: at };

/** An image with every property. */
export const fullImage: Image = anImage({
  rev: 3,
  source: 'presigned',
  sha256: 'ab'.repeat(32),
  metadata: { width: 4032, height: 3024, format: 'jpeg' },
  firstUploadAt: at,
  edit: {
    editId: 'e-1',
    prompt: 'Make it "blue".',
    sourceImageId: 'mfrggzdfmztwq2lknnwg23tpob',
    provider: 'openai',
    model: 'm',
  },
  beganAt: at,
  processedAt: at,
  rejected: { kind: 'contents', reason: 'broken' },
  fetching: {
    url: 'https://a.example/ä.jpg',
    key: 'urls/1/a.jpg',
    run: 2,
    since: at,
    requeuedAt: at,
  },
  steps: {
    thumbnails: failed,
    exif: done,
    caption: { state: 'pending', run: 2, since: at, requeuedAt: at },
  },
  renditionSet: shown,
  caption: { text: 'A beach at dusk.', provider: 'openai', model: 'm', durationMs: 812 },
  exif: {
    cameraMake: 'SAMSUNG',
    cameraModel: 'SM-G930F',
    lensModel: null,
    datetimeOriginal: '2017-02-09T19:51:38',
    iso: 50,
    focalLength: 4.2,
    exposureTime: 1 / 3000,
    fNumber: 1.7,
    gps: { lat: -33.8567844, lon: 151.2152967, alt: null },
  },
  orphanedRenditions: [{ renditionSetId: 'beef/small-200', owner: 'x.1' }],
});

export const add = async (images: Images, image: Image): Promise<Versioned> => {
  expect(await images.save(undefined, image)).toBeDefined();
  const found = await images.find(image.imageId);
  if (!found) throw new Error('An image that was added is not found.');
  return found;
};

export const change = (images: Images, { imageId }: Image, how: Partial<Image>) =>
  updateImage(imageId, (image) => image && { image: { ...image, ...how } }, { images });
