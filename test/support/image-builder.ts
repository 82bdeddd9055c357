import type { Exif } from '#lib/images/exif.ts';
import { type Image, imageIdOf } from '#lib/images/image.ts';
import { mapSteps } from '#lib/images/steps.ts';

type Given = Partial<Omit<Image, 'steps'>> & { steps?: Partial<Image['steps']> | undefined };

/**
 * An image that was just uploaded. Give only what matters to the test: its id follows from its key, and
 * all its times from the one that is given.
 */
export const anImage = ({ steps, ...given }: Given = {}): Image => {
  const key = given.key === undefined ? 'holiday/beach.jpg' : given.key;
  const uploadedAt = given.uploadedAt ?? given.listedAt ?? '2026-11-21T09:30:00.000Z';
  const pending = { state: 'pending', run: 1, since: uploadedAt } as const;
  return {
    imageId: imageIdOf(key ?? 'refused/beach.jpg'),
    key,
    etag: '900150983cd24fb0d6963f7d28e17f72',
    rev: 1,
    originalName: key?.split('/').at(-1) ?? 'beach.jpg',
    source: 'drop',
    requestId: 'a-request',
    listedAt: uploadedAt,
    uploadedAt,
    sizeBytes: 48_213,
    ...given,
    steps: { ...mapSteps(() => pending), ...steps },
  };
};

/** EXIF data with a camera make and a location. */
export const anExif: Exif = {
  cameraMake: 'Leica',
  cameraModel: null,
  lensModel: null,
  datetimeOriginal: null,
  iso: null,
  focalLength: null,
  exposureTime: null,
  fNumber: null,
  gps: { lat: 1, lon: 2, alt: null },
};
