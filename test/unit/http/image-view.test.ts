import { describe, expect, it } from 'vitest';
import { ImageView, toImageView } from '#lib/http/image-view.ts';
import { mapSteps } from '#lib/images/steps.ts';
import { anImage } from '#test/support/image-builder.ts';
import { linksTo } from '#test/support/links-builder.ts';

const baseUrl = 'https://api.example/dev';
const options = await linksTo(baseUrl);
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
    const pictureLink = (name: string) =>
      expect.stringContaining(`${baseUrl}/i/${image.imageId}/${name}?v=`);

    expect(toImageView(image, options)).toEqual({
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
      thumbnails: { small: pictureLink('small'), medium: pictureLink('medium') },
      srcset: expect.stringContaining('/w160?v='),
      file_path: 'uploads/u/photo.jpg',
      file_url: `${url}/original`,
      first_upload: '2026-11-21T09:30:00.000Z',
      caption: null,
      caption_by: null,
      focal_point: null,
      exif: null,
      taken_at: null,
      edit: null,
      error: null,
      error_code: null,
      placeholder: null,
      dominant_color: null,
      steps: {
        ...mapSteps(() => ({ state: 'pending' })),
        caption: { state: 'skipped', reason: 'No provider is set.' },
      },
    });
  });

  it('names the edit that made a picture, and its source where that is an image', () => {
    const edit = { editId: 'e-1', prompt: 'Make it blue.', provider: 'openai', model: 'm' };
    const expected = { edit_id: 'e-1', prompt: 'Make it blue.', provider: 'openai', model: 'm' };

    expect(toImageView(anImage({ edit }), options).edit).toEqual({
      ...expected,
      source_image_id: null,
    });
    expect(toImageView(anImage({ edit: { ...edit, sourceImageId: 'abc' } }), options).edit).toEqual(
      { ...expected, source_image_id: 'abc' },
    );
  });

  it('shows a processed picture', () => {
    const image = anImage({
      renditionSet,
      exif,
      caption: { text: 'A beach.', provider: 'ollama', model: 'llava', durationMs: 900 },
      beganAt: '2026-11-21T09:30:00.500Z',
      processedAt: '2026-11-21T09:30:01.000Z',
      steps: mapSteps(() => ({ state: 'done' as const, ...ended })),
    });
    const view = toImageView(image, options);
    const step = { state: 'done', attempts: 2, duration_ms: 31, ended_at: ended.endedAt };

    expect(view).toMatchObject({
      status: 'done',
      processed_at: '2026-11-21T09:30:01.000Z',
      caption: 'A beach.',
      placeholder: 'abc=',
      dominant_color: '#aabbcc',
      steps: {
        ...mapSteps(() => step),
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
      title: null,
      description: null,
      keywords: null,
      sources: {},
    });
    expect(view.taken_at).toBe('2017-02-09T19:51:38');
  });

  it('says which fields of its EXIF come from elsewhere, by the names of the API', () => {
    const image = anImage({
      exif: {
        ...exif,
        title: 'Harbour',
        keywords: ['boats', 'dusk'],
        sources: { title: 'iptc', keywords: 'xmp', lensModel: 'maker_note', focalLength: 'xmp' },
      },
    });

    expect(toImageView(image, options).exif).toMatchObject({
      title: 'Harbour',
      description: null,
      keywords: ['boats', 'dusk'],
      sources: { title: 'iptc', keywords: 'xmp', lens_model: 'maker_note', focal_length: 'xmp' },
    });
  });

  it('links to the sizes of the settings with a version that changes with the bytes, made or pending', async () => {
    const thumbnailLinks = (etag: string) => toImageView(anImage({ etag }), options).thumbnails;

    expect(Object.keys(thumbnailLinks('a'))).toEqual(['small', 'medium']);
    expect(thumbnailLinks('a')['small']).toMatch(/\/i\/[a-z2-7]{26}\/small\?v=[\w-]{14}$/);
    expect(thumbnailLinks('a')['small']).not.toBe(thumbnailLinks('b')['small']);
    const others = await linksTo(baseUrl, { sizes: [{ name: 'tiny', longestSide: 64 }] });
    expect(Object.keys(toImageView(anImage({ renditionSet }), others).thumbnails)).toEqual([
      'tiny',
    ]);
  });

  it('links to the optimized rendition of an image of a batch too', () => {
    const { thumbnails } = toImageView(anImage({ source: 'batch' }), options);
    expect(Object.keys(thumbnails)).toEqual(['small', 'medium', 'optimized']);
  });

  it('signs every link on a stage with signed access', async () => {
    const access = { kind: 'signed', secrets: ['a-secret-of-sixteen'] } as const;
    const metadata = { width: 500, height: 400, format: 'jpeg' } as const;
    const view = toImageView(anImage({ metadata }), await linksTo(baseUrl, { access }));
    const links = [...Object.values(view.thumbnails), ...(view.srcset ?? '').split(', ')];
    for (const link of links) expect(link).toMatch(/\?v=[\w-]{14}&s=[\w-]{43}( \d+w)?$/);
  });

  it('has a srcset of the widths that the picture has, as soon as that is known', () => {
    const of = (width: number) =>
      toImageView(anImage({ metadata: { width, height: 400, format: 'jpeg' } }), options).srcset;
    const widths = (srcset: string | null) => srcset?.match(/ \d+w/g)?.map((w) => parseInt(w, 10));
    expect(toImageView(anImage(), options).srcset).toBeNull();
    expect(widths(of(500))).toEqual([160, 320, 480, 500]);
    expect(of(500)).toMatch(/\/w640\?v=[\w-]{14} 500w$/);
    expect(widths(of(640))).toEqual([160, 320, 480, 640]);
    expect(widths(of(100))).toEqual([100]);
    expect(widths(of(9000))?.at(-1)).toBe(3840);
  });

  it('links to nothing where thumbnails have failed', () => {
    const failed = {
      state: 'failed',
      ...ended,
      reason: 'It is truncated.',
      gaveUp: false,
    } as const;
    const view = toImageView(anImage({ steps: { thumbnails: failed } }), options);
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
    expect(toImageView(image, options)).toMatchObject({
      status: 'failed',
      metadata: {},
      thumbnails: {},
      file_path: null,
      file_url: null,
      first_upload: null,
      error: 'invalid file format: text',
    });
  });

  it('shows the key and metadata of a rejected object that was put into the bucket', () => {
    const image = anImage({ rejected: { kind: 'contents', reason: 'The file is empty.' } });
    expect(toImageView(image, options)).toMatchObject({
      metadata: { width: null, height: null, format: null, size_bytes: 48_213, sha256: null },
      thumbnails: {},
      file_path: 'holiday/beach.jpg',
    });
  });

  it('shows raw tags only where they are passed', () => {
    const image = anImage({ exif });
    expect(toImageView(image, options).exif).not.toHaveProperty('raw');
    expect(toImageView(image, { ...options, rawExif: { Make: 'x' } }).exif?.raw).toEqual({
      Make: 'x',
    });
    expect(toImageView(image, { ...options, rawExif: null }).exif?.raw).toEqual({});
  });

  it('shows nothing beyond the schema', () => {
    const view = toImageView(anImage({ renditionSet, exif }), { ...options, rawExif: {} });
    expect(ImageView.parse(view)).toEqual(view);
    expect(JSON.stringify(view)).not.toContain('900150983cd24fb0d6963f7d28e17f72'); // the ETag
  });
});
