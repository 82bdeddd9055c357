import { onReturn } from '../parts/connection.ts';
import { changed } from '../parts/draw.ts';
import { notify } from '../parts/notices.ts';
import { currentRoute, onRoute, type Route } from '../parts/route.ts';
import { ask, reasonOf } from '../parts/server.ts';
import type { Picture } from '../pictures/collection.ts';
import { askPicture, pictures } from '../pictures/pictures.ts';
import { lookSoon } from '../pictures/watch.ts';

type Raw = NonNullable<NonNullable<Picture['exif']>['raw']>;

/** Whole records, raw EXIF included, of pictures that were opened; their news come from the sheet. */
const whole = new Map<string, Picture>();
const failures = new Map<string, unknown>();
const mostKept = 50;
/** Asked for now, and what was asked for in vain not long ago: each drawing asks for what it lacks. */
const loading = new Set<string>();
const resting = new Set<string>();
const restMs = 5000;

/** The newest we know of it. */
export const openedPicture = (id: string): Picture | undefined =>
  pictures.find(id) ?? whole.get(id);

export const rawExifOf = (id: string): Raw | undefined => whole.get(id)?.exif?.raw;

export const detailFailure = (id: string): unknown => failures.get(id);

/** EXIF has come since the whole record was read, or it could not be read. */
const lacksTags = (id: string): boolean => !!pictures.find(id)?.exif && !whole.get(id)?.exif;

const load = async (id: string): Promise<void> => {
  if (loading.has(id)) return;
  loading.add(id);
  failures.delete(id);
  try {
    whole.set(id, await askPicture(id));
    const [oldest] = whole.keys();
    if (whole.size > mostKept && oldest !== undefined) whole.delete(oldest);
  } catch (error) {
    // A picture that was just uploaded is shown as it is until the pipeline has heard of it.
    if (!pictures.find(id)) failures.set(id, error);
  }
  loading.delete(id);
  if (lacksTags(id)) rest(id);
  changed();
};

const rest = (id: string): void => {
  resting.add(id);
  setTimeout(() => {
    resting.delete(id);
    changed();
  }, restMs);
};

const onChange = (route: Route): void => {
  if (route.view !== 'pictures' || !route.imageId) return;
  void load(route.imageId);
  lookSoon();
};

export const watchOpened = (): void => {
  onRoute(onChange);
  onReturn(() => onChange(currentRoute()));
  onChange(currentRoute());
};

/** Asks for what is only in the whole record. */
export const completeOpened = ({ image_id: id }: Picture): void => {
  if (lacksTags(id) && !resting.has(id)) void load(id);
};

export const retryOpened = async (id: string): Promise<void> => {
  try {
    const { data } = await ask<Picture>(`api/images/${id}/retry`, { method: 'POST' });
    pictures.update(data);
    void load(id); // the answer is not the whole record: raw tags are not in it
    lookSoon();
  } catch (error) {
    notify(reasonOf(error), { isTrouble: true });
  }
  changed();
};
