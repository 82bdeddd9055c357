import type { ImageView } from '#lib/http/image-view.ts';
import { formatFilter, isOnTop, type PictureFilter } from './filter.ts';

export type Picture = ImageView;
export type Status = Picture['status'];
type Page = { data: Picture[]; page: { next_cursor: string | null } };
type Deps = {
  list: (options: { limit: number; cursor?: string; filter: PictureFilter }) => Promise<Page>;
  onChange: () => void;
};

/** A small first page loads faster: two screens of a large window. */
const firstPageSize = 60;
const pageSize = 100; // the API's maximum
/** A list may return empty pages although there is more; after so many we render first. */
const maxEmptyPages = 4;
/** A refresh reads at most this many pages, about a thousand pictures. */
const maxRefreshPages = 10;

export const hasEnded = ({ status }: Pick<Picture, 'status'>): boolean =>
  status === 'done' || status === 'failed';

/**
 * The pictures of the sheet, newest first: the pages of the list that were scrolled to, and
 * what was added since.
 */
export const pictureCollection = ({ list, onChange }: Deps) => {
  const records = new Map<string, Picture>();
  /** Just uploaded, and perhaps not in the list yet. */
  const expected = new Set<string>();
  /** Read from a page: there is no unknown picture between two of them. */
  const listed = new Set<string>();
  /** Hidden while a deletion may still be undone, or because it was sent. */
  const hidden = new Set<string>();
  let order: string[] = [];
  let shown: Picture[] | undefined;
  let cursor: string | null | undefined;
  let filter: PictureFilter = {};
  let loading: Promise<void> | undefined;
  let failure: unknown;
  /** Incremented with each change of the filter: responses of an older generation are dropped. */
  let generation = 0;

  const touch = () => {
    shown = undefined;
    onChange();
  };

  const store = (picture: Picture): boolean => {
    const known = records.get(picture.image_id);
    if (known && JSON.stringify(known) === JSON.stringify(picture)) return false;
    records.set(picture.image_id, picture);
    return true;
  };

  const pageAt = (from: string | undefined) =>
    list({
      limit: from === undefined ? firstPageSize : pageSize,
      ...(from !== undefined && { cursor: from }),
      filter,
    });

  /** True if one of them is new or has changed. */
  const storePage = (data: readonly Picture[]): boolean => {
    for (const { image_id: id } of data) {
      expected.delete(id);
      listed.add(id);
    }
    return data.map(store).some(Boolean);
  };

  const loadPage = async () => {
    const startedAs = generation;
    for (let pages = 0; pages < maxEmptyPages && cursor !== null; pages++) {
      const { data, page } = await pageAt(cursor);
      if (startedAs !== generation) return;
      cursor = page.next_cursor;
      const known = new Set(order);
      storePage(data);
      order = [...order, ...data.map(({ image_id: id }) => id).filter((id) => !known.has(id))];
      touch();
      if (data.length > 0) return;
    }
  };

  /** Loads the next page, unless one is loading or there is none. */
  const more = (): Promise<void> => {
    if (loading) return loading;
    if (cursor === null) return Promise.resolve();
    failure = undefined;
    const startedAs = generation;
    const mine = loadPage()
      .catch((error: unknown) => {
        if (startedAs === generation) failure = error;
      })
      .finally(() => {
        if (loading === mine) loading = undefined;
        onChange();
      });
    loading = mine;
    return mine;
  };

  /** Restarts at a cursor; responses in flight belong to an older generation. */
  const restartAt = (place: string | null | undefined) => {
    generation++;
    cursor = place;
    loading = undefined;
    failure = undefined;
    listed.clear();
  };

  const showOnly = (next: PictureFilter): Promise<void> => {
    filter = next;
    order = [];
    restartAt(undefined);
    touch();
    return more();
  };

  /** Reads pages until one meets a picture that was listed before, so that no gap is left. */
  const readNewest = async () => {
    const startedAs = generation;
    const data: Picture[] = [];
    let next: string | null | undefined;
    let meets = false;
    for (let pages = 0; pages < maxRefreshPages && next !== null && !meets; pages++) {
      const answer = await pageAt(next);
      if (startedAs !== generation) return undefined;
      data.push(...answer.data);
      next = answer.page.next_cursor;
      meets = next === null || answer.data.some(({ image_id: id }) => listed.has(id));
    }
    return { data, next: next ?? null, meets };
  };

  /** Reads the newest again: what is new, has changed or has gone. True if anything has. */
  const refresh = async (): Promise<boolean> => {
    if (cursor === undefined) return false; // the first page is still to come
    const newest = await readNewest();
    if (!newest) return false;
    const { data, next, meets } = newest;
    const ids = new Set(data.map(({ image_id: id }) => id));
    // Nothing is known about what is older than the pages read, unless they were the last ones.
    const reach = order.findLastIndex((id) => ids.has(id)) + 1;
    const isGone = (id: string, index: number) =>
      !expected.has(id) && (next === null || (index < reach && listed.has(id)));
    const rest = order.filter((id, index) => !ids.has(id) && !isGone(id, index));
    // A gap would remain between the new pages and the known ones: the sheet restarts from here,
    // and loads the older pictures again when they are scrolled to.
    if (!meets) restartAt(next);
    const hasUpdates = storePage(data);
    const unlisted = rest.filter((id) => expected.has(id));
    const older = meets ? rest.filter((id) => !expected.has(id)) : [];
    const before = order;
    order = [...unlisted, ...ids, ...older];
    const hasChanged = order.length !== before.length || order.some((id, at) => id !== before[at]);
    if (!hasChanged && !hasUpdates) return false;
    touch();
    return true;
  };

  return {
    more,
    showOnly,
    refresh,
    /** Without those that are deleted. */
    all: (): readonly Picture[] => {
      shown ??= order
        .filter((id) => !hidden.has(id))
        .map((id) => records.get(id))
        .filter((picture) => picture !== undefined);
      return shown;
    },
    find: (id: string): Picture | undefined => records.get(id),
    filter: (): PictureFilter => filter,
    hasFilter: (other: PictureFilter): boolean => formatFilter(filter) === formatFilter(other),
    hasMore: () => cursor !== null,
    isLoading: () => loading !== undefined,
    hasStarted: () => cursor !== undefined,
    failure: () => failure,
    /** Stores a record that was requested by id. True if it differs from the known one. */
    update: (picture: Picture): boolean => {
      const isChanged = store(picture);
      if (expected.delete(picture.image_id) || isChanged) touch();
      return isChanged;
    },
    /** Shows an upload at once, before the pipeline has recorded it. */
    expect: (picture: Picture): void => {
      if (records.has(picture.image_id)) return;
      records.set(picture.image_id, picture);
      expected.add(picture.image_id);
      if (isOnTop(filter, picture)) order = [picture.image_id, ...order];
      touch();
    },
    isExpected: (id: string): boolean => expected.has(id),
    hide: (id: string): void => {
      hidden.add(id);
      touch();
    },
    unhide: (id: string): void => {
      hidden.delete(id);
      touch();
    },
    /** The picture does not exist any more. */
    forget: (id: string): void => {
      records.delete(id);
      expected.delete(id);
      order = order.filter((each) => each !== id);
      touch();
    },
  };
};
