import { mapSteps } from '#lib/images/steps.ts';
import type { Picture } from './collection.ts';

const pending = { state: 'pending' } as const;

/** A picture as it will be listed when the pipeline has recorded it. */
export const queuedPicture = (
  id: string,
  { name, size, source }: { name: string; size: number; source: Picture['source'] },
): Picture => ({
  image_id: id,
  original_name: name,
  status: 'queued',
  source,
  uploaded_at: new Date().toISOString(),
  processed_at: null,
  metadata: { width: null, height: null, format: null, size_bytes: size, sha256: null },
  thumbnails: {},
  srcset: null,
  file_path: null,
  file_url: null,
  first_upload: null,
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
  steps: mapSteps(() => pending),
});
