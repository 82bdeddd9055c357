import type { ImageView } from '#lib/http/image-view.ts';
import type { StatsView } from '#lib/http/stats-view.ts';
import { mapSteps } from '#lib/images/steps.ts';

/** Decodes to a small landscape. */
const placeholder = '1QcSHQRnh493V4dIh4eXh1h4kJUI';

const ended = { attempts: 1, ended_at: '2026-11-20T10:00:03.000Z' };

/** A record as the API shows it: done, unless more is said. `index` makes it differ from others. */
export const anImageView = (index = 0, only: Partial<ImageView> = {}): ImageView => {
  const id = fakeImageId(index);
  return {
    image_id: id,
    original_name: `picture-${index}.jpg`,
    status: 'done',
    source: 'presigned',
    uploaded_at: '2026-11-20T10:00:00.000Z',
    processed_at: '2026-11-20T10:00:03.000Z',
    metadata: {
      width: 900,
      height: index % 3 === 0 ? 1200 : 600,
      format: 'jpeg',
      size_bytes: 1_250_000,
      sha256: 'a'.repeat(64),
    },
    thumbnails: {
      small: `http://elsewhere.example/i/${id}/small?v=1`,
      medium: `http://elsewhere.example/i/${id}/medium?v=1`,
    },
    srcset: `http://elsewhere.example/i/${id}/w160?v=1 160w`,
    file_path: `presigned/1/picture-${index}.jpg`,
    file_url: `http://elsewhere.example/api/images/${id}/original`,
    first_upload: '2026-11-20T10:00:00.000Z',
    caption: 'A quiet lake between dark hills.',
    caption_by: null,
    focal_point: null,
    exif: {
      camera_make: 'NIKON CORPORATION',
      camera_model: 'NIKON D90',
      lens_model: null,
      datetime_original: '2017-02-09T19:51:38+01:00',
      iso: 640,
      focal_length: 4.2,
      exposure_time: 0.1,
      f_number: 1.7,
      gps: { lat: -33.8583, lon: -70.51, alt: 12.5 },
      title: null,
      description: null,
      keywords: null,
      sources: {},
    },
    taken_at: '2017-02-09T19:51:38+01:00',
    edit: null,
    error: null,
    error_code: null,
    placeholder,
    dominant_color: '#4a6a8c',
    steps: {
      ...mapSteps(() => ({ state: 'done' as const, duration_ms: 5, ...ended })),
      thumbnails: { state: 'done', duration_ms: 80 + (index % 7) * 30, ...ended },
      exif: { state: 'done', duration_ms: 12, ...ended },
      caption: { state: 'skipped', reason: 'No caption provider is configured: set HF_TOKEN.' },
    },
    ...only,
  };
};

/** 26 characters of base32, as real ids are. */
export const fakeImageId = (index: number): string =>
  index
    .toString(26)
    .replace(/./g, (digit) => 'abcdefghijklmnopqrstuvwxyz'[Number.parseInt(digit, 26)] ?? 'a')
    .padStart(26, 'a');

export const someStats = (only: Partial<StatsView> = {}): StatsView => ({
  total: 42,
  queued: 1,
  processing: 2,
  done: 36,
  failed: 3,
  success: 36,
  success_rate: 0.9231,
  failure_rate: 0.0769,
  average_processing_time_seconds: 1.234,
  avg_processing_time_ms: 1234,
  captions: { done: 20, failed: 1, skipped: 18, pending: 3 },
  bytes: 123_456_789,
  ...only,
});
