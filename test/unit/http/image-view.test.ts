import { describe, expect, it } from 'vitest';
import { ImageView, toImageView } from '#lib/http/image-view.ts';
import { anImage } from '#test/support/image-builder.ts';

const baseUrl = 'https://api.example/dev';
const ended = { run: 1, attempts: 2, durationMs: 31, endedAt: '2026-11-21T09:30:01.000Z' };
const exif = {
  cameraMake: 'samsung',
  cameraModel: 'SM-G930F',
  lensModel: null,
  datetimeOriginal: '2017-02-09T19:51:38',
  iso: 200,
  focalLength: 4.2,
  exposureTime: 0.0333,
  fNumber: 1.7,
  gps: { lat: -33.8, lon: 151.2, alt: null },
};
const renditionSet = {
  renditionSetId: 'c'.repeat(64),
  owner: 'mfrggzdfmztwq2lknnwg23tpob.1',
  renditions: [
    { name: 'small', width: 200, height: 150, sizeBytes: 9_000 },
    { name: 'optimized', width: 1600, height: 1200, sizeBytes: 90_000 },
  ],
  placeholder: 'abc=',
  dominantColor: '#aabbcc',
};

describe('toImageView', () => {
  it('shows a picture that was just uploaded', () => {
    const image = anImage({
      key: 'uploads/u/photo.jpg',
      source: 'upload',
      sizeBytes: 2048576,
      sha256: 'ab'.repeat(32),
      metadata: { width: 1920, height: 1080, format: 'jpeg' },
      firstUploadAt: '2026-11-21T09:30:00.000Z',
      steps: { caption: { state: 'skipped', run: 1, reason: 'No provider is set.' } },
    });
    const url = `${baseUrl}/api/images/${image.imageId}`;

    expect(toImageView(image, { baseUrl })).toEqual({
      image_id: image.imageId,
      original_name: 'photo.jpg',
      status: 'queued',
      source: 'upload',
      uploaded_at: '2026-11-21T09:30:00.000Z',
      processed_at: null,
      metadata: {
        width: 1920,
        height: 1080,
        format: 'jpeg',
        size_bytes: 2048576,
        sha256: 'ab'.repeat(32),
      },
      thumbnails: { small: `${url}/thumbnails/small`, medium: `${url}/thumbnails/medium` },
      file_path: 'uploads/u/photo.jpg',
      file_url: `${url}/original`,
      first_upload: '2026-11-21T09:30:00.000Z',
      caption: null,
      exif: null,
      error: null,
      placeholder: null,
      dominant_color: null,
      steps: {
        thumbnails: { state: 'pending' },
        exif: { state: 'pending' },
        caption: { state: 'skipped', reason: 'No provider is set.' },
      },
    });
  });

  it('shows a processed picture', () => {
    const image = anImage({
      renditionSet,
      exif,
      caption: { text: 'A beach.', provider: 'ollama', model: 'llava', durationMs: 900 },
      beganAt: '2026-11-21T09:30:00.500Z',
      processedAt: '2026-11-21T09:30:01.000Z',
      steps: {
        thumbnails: { state: 'done', ...ended },
        exif: { state: 'done', ...ended },
        caption: { state: 'done', ...ended },
      },
    });
    const view = toImageView(image, { baseUrl });
    const step = { state: 'done', attempts: 2, duration_ms: 31, ended_at: ended.endedAt };

    expect(view).toMatchObject({
      status: 'done',
      processed_at: '2026-11-21T09:30:01.000Z',
      caption: 'A beach.',
      placeholder: 'abc=',
      dominant_color: '#aabbcc',
      steps: {
        thumbnails: step,
        exif: step,
        caption: { ...step, provider: 'ollama', model: 'llava' },
      },
    });
    expect(view.exif).toEqual({
      camera_make: 'samsung',
      camera_model: 'SM-G930F',
      lens_model: null,
      datetime_original: '2017-02-09T19:51:38',
      iso: 200,
      focal_length: 4.2,
      exposure_time: 0.0333,
      f_number: 1.7,
      gps: { lat: -33.8, lon: 151.2, alt: null },
    });
  });

  it('links to the renditions, with a version that changes with their bytes', () => {
    const made = toImageView(anImage({ renditionSet }), { baseUrl }).thumbnails;
    const remade = toImageView(
      anImage({ renditionSet: { ...renditionSet, owner: 'mfrggzdfmztwq2lknnwg23tpob.2' } }),
      { baseUrl },
    ).thumbnails;

    expect(Object.keys(made)).toEqual(['small', 'optimized']);
    expect(made['small']).toMatch(/\/thumbnails\/small\?v=[\w.-]+$/);
    expect(made['small']).not.toBe(remade['small']);
  });

  it('links to the sizes of the settings while they are pending', () => {
    const { thumbnails } = toImageView(anImage(), { baseUrl, sizes: [{ name: 'tiny' }] });
    expect(Object.keys(thumbnails)).toEqual(['tiny']);
  });

  it('links to nothing where thumbnails have failed', () => {
    const failed = {
      state: 'failed',
      ...ended,
      reason: 'It is truncated.',
      gaveUp: false,
    } as const;
    const view = toImageView(anImage({ steps: { thumbnails: failed } }), { baseUrl });
    expect(view).toMatchObject({
      thumbnails: {},
      error: 'It is truncated.',
      steps: { thumbnails: { state: 'failed', reason: 'It is truncated.', gave_up: false } },
    });
  });

  it('shows a rejected upload without a file', () => {
    const skipped = { state: 'skipped', run: 1, reason: 'invalid file format: text' } as const;
    const image = anImage({
      key: null,
      rejected: { kind: 'type', reason: 'invalid file format: text' },
      steps: { thumbnails: skipped, exif: skipped, caption: skipped },
    });
    expect(toImageView(image, { baseUrl })).toMatchObject({
      status: 'failed',
      metadata: {},
      thumbnails: {},
      file_path: null,
      file_url: null,
      first_upload: null,
      error: 'invalid file format: text',
    });
  });

  it('shows the key and metadata of a rejected drop', () => {
    const image = anImage({ rejected: { kind: 'contents', reason: 'The file is empty.' } });
    expect(toImageView(image, { baseUrl })).toMatchObject({
      metadata: { width: null, height: null, format: null, size_bytes: 48_213, sha256: null },
      thumbnails: {},
      file_path: 'holiday/beach.jpg',
    });
  });

  it('shows raw tags only where they are passed', () => {
    const image = anImage({ exif });
    expect(toImageView(image, { baseUrl }).exif).not.toHaveProperty('raw');
    expect(toImageView(image, { baseUrl, rawExif: { Make: 'x' } }).exif?.raw).toEqual({
      Make: 'x',
    });
    expect(toImageView(image, { baseUrl, rawExif: null }).exif?.raw).toEqual({});
  });

  it('shows nothing beyond the schema', () => {
    const view = toImageView(anImage({ renditionSet, exif }), { baseUrl, rawExif: {} });
    expect(ImageView.parse(view)).toEqual(view);
    expect(JSON.stringify(view)).not.toContain('900150983cd24fb0d6963f7d28e17f72'); // the ETag
  });
});
