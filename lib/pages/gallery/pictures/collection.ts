import type { ImageView } from '#lib/api/image-view.ts';

export type Picture = ImageView;
export type Status = Picture['status'];
type Page = { data: Picture[]; page: { next_cursor: string | null } };
type Tools = {
  list: (wish: { limit: number; cursor?: string; status?: Status }) => Promise<Page>;
  changed: () => void;
};

/** The first page is there sooner when it is small: two screens of a large window. */
const firstPageSize = 60;
const pageSize = 100; // what the API gives at most
/** A list may answer short or empty pages although there is more; after so many we draw first. */
const mostPagesAtOnce = 4;

export const isEnded = ({ status }: Pick<Picture, 'status'>): boolean =>
  status === 'done' || status === 'failed';

/**
 * The pictures that the sheet shows, newest first: pages of the list as far as somebody has
 * scrolled, and what has come since.
 */
export const pictureCollection = ({ list, changed }: Tools) => {
  const records = new Map<string, Picture>();
  /** Just uploaded, and perhaps not yet known to the list. */
  const expected = new Set<string>();
  /** Deleted for the eye, while it may still be undone, or for good. */
  const hidden = new Set<string>();
  let order: string[] = [];
  let shown: Picture[] | undefined;
  let cursor: string | null | undefined;
  let filter: Status | undefined;
  let loading: Promise<void> | undefined;
  let failure: unknown;
  /** Counts the changes of the filter: answers to an older question are dropped. */
  let question = 0;

  const touch = () => {
    shown = undefined;
    changed();
  };

  const keep = (picture: Picture): boolean => {
    const known = records.get(picture.image_id);
    if (known && JSON.stringify(known) === JSON.stringify(picture)) return false;
    records.set(picture.image_id, picture);
    return true;
  };

  const loadPage = async () => {
    const asked = question;
    for (let pages = 0; pages < mostPagesAtOnce && cursor !== null; pages++) {
      const { data, page } = await list({
        limit: cursor === undefined ? firstPageSize : pageSize,
        ...(cursor && { cursor }),
        ...(filter && { status: filter }),
      });
      if (asked !== question) return;
      cursor = page.next_cursor;
      const known = new Set(order);
      for (const picture of data) keep(picture);
      for (const { image_id: id } of data) expected.delete(id);
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
    const asked = question;
    const mine = loadPage()
      .catch((error: unknown) => {
        if (asked === question) failure = error;
      })
      .finally(() => {
        if (loading === mine) loading = undefined;
        touch();
      });
    loading = mine;
    return mine;
  };

  const showOnly = (status: Status | undefined): Promise<void> => {
    question++;
    filter = status;
    order = [];
    cursor = undefined;
    loading = undefined;
    failure = undefined;
    touch();
    return more();
  };

  /** Takes the newest page again: what is new, has changed or has gone. True if anything has. */
  const refresh = async (limit = firstPageSize): Promise<boolean> => {
    if (cursor === undefined) return false; // the first page is still to come
    const asked = question;
    const { data, page } = await list({ limit, ...(filter && { status: filter }) });
    if (asked !== question) return false;
    const listed = new Set(data.map(({ image_id: id }) => id));
    const last = data.at(-1);
    // Older than the page's last we cannot tell; with no further page there is nothing older.
    const reach =
      page.next_cursor === null ? order.length : last ? order.indexOf(last.image_id) + 1 : 0;
    const gone = order.slice(0, reach).filter((id) => !listed.has(id) && !expected.has(id));
    const known = new Set(order);
    const fresh = data.map(({ image_id: id }) => id).filter((id) => !known.has(id));
    const updates = data.map(keep).some(Boolean);
    for (const id of listed) expected.delete(id);
    const isOther = updates || gone.length > 0 || fresh.length > 0;
    if (!isOther) return false;
    const lost = new Set(gone);
    order = [...fresh, ...order.filter((id) => !lost.has(id))];
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
    filter: () => filter,
    hasMore: () => cursor !== null,
    isLoading: () => loading !== undefined,
    hasBegun: () => cursor !== undefined,
    failure: () => failure,
    /** One that was asked for by itself. True if it is another than we knew. */
    update: (picture: Picture): boolean => {
      const isOther = keep(picture);
      if (expected.delete(picture.image_id) || isOther) touch();
      return isOther;
    },
    /** Shows an upload at once, before the pipeline has heard of it. */
    expect: (picture: Picture): void => {
      if (records.has(picture.image_id) || (filter && filter !== picture.status)) return;
      expected.add(picture.image_id);
      records.set(picture.image_id, picture);
      order = [picture.image_id, ...order];
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
    /** It is not there any more, whoever removed it. */
    forget: (id: string): void => {
      records.delete(id);
      expected.delete(id);
      order = order.filter((each) => each !== id);
      touch();
    },
  };
};
