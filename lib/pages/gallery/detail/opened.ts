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

/** The newest we know of it. */
export const openedPicture = (id: string): Picture | undefined =>
  pictures.find(id) ?? whole.get(id);

export const rawExifOf = (id: string): Raw | undefined => whole.get(id)?.exif?.raw;

export const detailFailure = (id: string): unknown => failures.get(id);

const load = async (id: string): Promise<void> => {
  failures.delete(id);
  try {
    whole.set(id, await askPicture(id));
    const [oldest] = whole.keys();
    if (whole.size > mostKept && oldest !== undefined) whole.delete(oldest);
  } catch (error) {
    // A picture that was just uploaded is shown as it is until the pipeline has heard of it.
    if (!pictures.find(id)) failures.set(id, error);
  }
  changed();
};

const onChange = (route: Route): void => {
  if (route.view !== 'pictures' || !route.imageId) return;
  void load(route.imageId);
  lookSoon();
};

export const watchOpened = (): void => {
  onRoute(onChange);
  onChange(currentRoute());
};

/** Asks for what is only in the whole record, when EXIF has come since it was read. */
export const completeOpened = (picture: Picture): void => {
  const known = whole.get(picture.image_id);
  if (known && picture.exif && !known.exif) void load(picture.image_id);
};

export const retryOpened = async (id: string): Promise<void> => {
  try {
    const { data } = await ask<Picture>(`api/images/${id}/retry`, { method: 'POST' });
    pictures.update(data);
    whole.set(id, data);
    lookSoon();
  } catch (error) {
    notify(reasonOf(error), { isTrouble: true });
  }
  changed();
};
