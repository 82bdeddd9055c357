import type { ImageView } from '#lib/http/image-view.ts';
import { mapSteps } from '#lib/images/steps.ts';
import { anImageView, someStats } from './browser-answers.ts';
import { aBatchView, anEditProcess, someColumns, someWebhooks } from './browser-answers-batches.ts';
import type { Answer, PageRequest } from './browser-host.ts';
import { drawnJpeg } from './drawn-pictures.ts';

const someProvider = { ok: true, provider: 'openai', model: 'gpt-image-1' };
const thumbnail = await drawnJpeg({ width: 96, height: 64 });

/** As `source`, `sort`, `from` and `to` of GET /api/images: pictures taken are those of which that is known. */
const fits = (picture: ImageView, query: URLSearchParams): boolean => {
  const at = query.get('sort') === 'taken' ? picture.taken_at : picture.uploaded_at;
  return (
    picture.source.includes(query.get('source') ?? '') &&
    at !== null &&
    at >= (query.get('from') ?? '') &&
    at <= `${query.get('to') ?? ''}~`
  );
};

/** The API responses of a darkroom with `count` pictures, one batch and three edits. `only` makes pictures differ. */
export const fakeApi = (
  count: number,
  only: (index: number) => Partial<ImageView> = () => ({}),
) => {
  const pictures = Array.from({ length: count }, (_, index) => {
    if (index === 1)
      return anImageView(index, {
        status: 'processing',
        processed_at: null,
        placeholder: null,
        steps: {
          ...mapSteps(() => ({ state: 'pending' as const })),
          thumbnails: { state: 'pending' },
          exif: { state: 'done', duration_ms: 8, attempts: 1 },
          caption: { state: 'pending' },
        },
      });
    if (index === 2)
      return anImageView(index, {
        status: 'failed',
        error: 'The JPEG picture ends too soon.',
        thumbnails: {},
        placeholder: null,
        dominant_color: null,
        exif: null,
        taken_at: null,
        steps: {
          ...mapSteps(() => ({ state: 'skipped' as const })),
          thumbnails: {
            state: 'failed',
            reason: 'The JPEG picture ends too soon.',
            attempts: 1,
            duration_ms: 3,
          },
          exif: { state: 'done', duration_ms: 8, attempts: 1 },
          caption: { state: 'skipped', reason: 'There is no picture to describe.' },
        },
      });
    return anImageView(index, only(index));
  });
  const byId = new Map(pictures.map((picture) => [picture.image_id, picture]));

  return ({ method, path, query }: PageRequest): Answer => {
    if (path === 'api/stats') return { data: someStats({ total: count }) };
    if (path === 'api/images') {
      const from = Number(query.get('cursor') ?? 0);
      const limit = Number(query.get('limit') ?? 50);
      const status = query.get('status');
      const fit = pictures.filter(
        (picture) => (!status || picture.status === status) && fits(picture, query),
      );
      if (query.get('order') === 'asc') fit.reverse();
      const end = from + limit;
      return { data: fit.slice(from, end), next: end < fit.length ? String(end) : null };
    }
    if (/^i\/|\/thumbnails\//.test(path)) return { bytes: thumbnail, type: 'image/jpeg' };
    if (path.startsWith('api/images/')) {
      const picture = byId.get(path.split('/')[2] ?? '');
      if (!picture) return { status: 404, error: 'Image not found' };
      const raw = { Make: 'NIKON CORPORATION', Flash: 16, ColorSpace: 1 };
      return { data: { ...picture, exif: picture.exif && { ...picture.exif, raw } } };
    }
    if (path === 'api/batches' && method === 'POST')
      return {
        data: {
          ...someColumns,
          valid: true,
          total_products: 2,
          total_images: 4,
          more_errors: 0,
          errors: [],
        },
      };
    if (path === 'api/batches') return { data: [aBatchView()] };
    if (path.startsWith('api/batches/')) return { data: aBatchView() };
    if (path === 'api/edits') return { data: anEditProcess.edits.toReversed() };
    if (path === 'api/processes') return { status: 201, data: { ...anEditProcess, edits: [] } };
    if (path.startsWith('api/processes/')) return { data: anEditProcess };
    if (path === 'api/webhooks') return { data: someWebhooks };
    if (path === 'api/events') return 'waits';
    if (path === 'api/health') return { data: { edits: someProvider } };
    if (path === 'api/uploads')
      return { status: 415, error: 'invalid file format: text/plain is not a type we read.' };
    return { status: 404, error: `There is no ${method} ${path} here.` };
  };
};
