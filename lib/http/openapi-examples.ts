import { mapSteps } from '#lib/images/steps.ts';
import type { ImageView } from './image-view.ts';

const base = 'https://darkroom.example/api/images/mfrggzdfmztwq2lknnwg23tpob';
const pictures = 'https://darkroom.example/i/mfrggzdfmztwq2lknnwg23tpob';
const signature = 's=W1Jn0YCkZr9oGv7rB8nJ5mXjH2kq1cUe3TfLxA6dPzs';

/** An image as it is returned right after its upload. */
export const queuedImage: ImageView = {
  image_id: 'mfrggzdfmztwq2lknnwg23tpob',
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
    sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  },
  thumbnails: {
    small: `${pictures}/small?v=MLp8MiAqOCip&${signature}`,
    medium: `${pictures}/medium?v=RR1EhXnodLeq&${signature}`,
  },
  srcset: `${pictures}/w160?v=PSqwUYKyc88z&${signature} 160w, …`,
  file_path: 'uploads/5f0c/photo.jpg',
  file_url: `${base}/original`,
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
  steps: mapSteps(() => ({ state: 'pending' as const })),
};
