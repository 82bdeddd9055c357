import { request, toMessage } from '../parts/api.ts';
import { onReconnect } from '../parts/connection.ts';
import { notify } from '../parts/notices.ts';
import { requestRender } from '../parts/render.ts';
import { currentRoute, onRoute, type Route } from '../parts/route.ts';
import type { Picture } from '../pictures/collection.ts';
import { getPicture, pictures } from '../pictures/pictures.ts';
import { pollSoon } from '../pictures/polling.ts';
import { resetZoom } from './zoom.ts';

type Raw = NonNullable<NonNullable<Picture['exif']>['raw']>;

/** Full records, raw EXIF included, of pictures that were opened; updates come from the sheet. */
const fullRecords = new Map<string, Picture>();
const failures = new Map<string, unknown>();
const maxRecords = 50;
/** Requests in flight, and those that failed a moment ago: each rendering requests what is missing. */
const loading = new Set<string>();
const retryLater = new Set<string>();
const retryPauseMs = 5000;

/** The most recent record. */
export const openPictureRecord = (id: string): Picture | undefined =>
  pictures.find(id) ?? fullRecords.get(id);

export const rawTags = (id: string): Raw | undefined => fullRecords.get(id)?.exif?.raw;

export const detailFailure = (id: string): unknown => failures.get(id);

/** The list has EXIF that the full record does not have yet. */
const lacksRawTags = (id: string): boolean =>
  !!pictures.find(id)?.exif && !fullRecords.get(id)?.exif;

const load = async (id: string): Promise<void> => {
  if (loading.has(id)) return;
  loading.add(id);
  failures.delete(id);
  try {
    fullRecords.set(id, await getPicture(id));
    const [oldest] = fullRecords.keys();
    if (fullRecords.size > maxRecords && oldest !== undefined) fullRecords.delete(oldest);
  } catch (error) {
    // A picture that was just uploaded is shown as it is until the pipeline has recorded it.
    if (!pictures.find(id)) failures.set(id, error);
  }
  loading.delete(id);
  if (lacksRawTags(id)) rest(id);
  requestRender();
};

const rest = (id: string): void => {
  retryLater.add(id);
  setTimeout(() => {
    retryLater.delete(id);
    requestRender();
  }, retryPauseMs);
};

const onChange = (route: Route): void => {
  resetZoom();
  if (route.view !== 'pictures' || !route.imageId) return;
  void load(route.imageId);
  pollSoon();
};

export const watchOpenPicture = (): void => {
  onRoute(onChange);
  onReconnect(() => onChange(currentRoute()));
  onChange(currentRoute());
};

/** Requests what is only in the full record. */
export const loadMissingTags = ({ image_id: id }: Picture): void => {
  if (lacksRawTags(id) && !retryLater.has(id)) void load(id);
};

export const retryPicture = async (id: string): Promise<void> => {
  try {
    const { data } = await request<Picture>(`api/images/${id}/retry`, { method: 'POST' });
    pictures.update(data);
    void load(id); // the answer is not the whole record: raw tags are not in it
    pollSoon();
  } catch (error) {
    notify(toMessage(error), { isError: true });
  }
  requestRender();
};
