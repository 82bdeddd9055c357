import type { ImageView } from '#lib/http/image-view.ts';

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
/** So far we read for what has come since the last look: about a thousand pictures. */
const mostPagesOfNews = 10;

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
  /** Brought by a page: between them there is nothing that we do not know. */
  const listed = new Set<string>();
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

  const pageAt = (from: string | undefined) =>
    list({
      limit: from === undefined ? firstPageSize : pageSize,
      ...(from !== undefined && { cursor: from }),
      ...(filter && { status: filter }),
    });

  /** True if one of them is new or another than we knew. */
  const take = (data: readonly Picture[]): boolean => {
    for (const { image_id: id } of data) {
      expected.delete(id);
      listed.add(id);
    }
    return data.map(keep).some(Boolean);
  };

  const loadPage = async () => {
    const asked = question;
    for (let pages = 0; pages < mostPagesAtOnce && cursor !== null; pages++) {
      const { data, page } = await pageAt(cursor);
      if (asked !== question) return;
      cursor = page.next_cursor;
      const known = new Set(order);
      take(data);
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

  /** From here on; what is on its way answers an older question. */
  const beginAt = (place: string | null | undefined) => {
    question++;
    cursor = place;
    loading = undefined;
    failure = undefined;
    listed.clear();
  };

  const showOnly = (status: Status | undefined): Promise<void> => {
    filter = status;
    order = [];
    beginAt(undefined);
    touch();
    return more();
  };

  /** The newest, as far as a picture that was listed before: nothing lies between unasked for. */
  const readNews = async () => {
    const asked = question;
    const data: Picture[] = [];
    let next: string | null | undefined;
    let meets = false;
    for (let pages = 0; pages < mostPagesOfNews && next !== null && !meets; pages++) {
      const answer = await pageAt(next);
      if (asked !== question) return undefined;
      data.push(...answer.data);
      next = answer.page.next_cursor;
      meets = next === null || answer.data.some(({ image_id: id }) => listed.has(id));
    }
    return { data, next: next ?? null, meets };
  };

  /** Reads the newest again: what is new, has changed or has gone. True if anything has. */
  const refresh = async (): Promise<boolean> => {
    if (cursor === undefined) return false; // the first page is still to come
    const news = await readNews();
    if (!news) return false;
    const { data, next, meets } = news;
    const ids = new Set(data.map(({ image_id: id }) => id));
    // Older than all that was read we cannot tell; with no further page there is nothing older.
    const reach = order.findLastIndex((id) => ids.has(id)) + 1;
    const isGone = (id: string, index: number) =>
      !expected.has(id) && (next === null || (index < reach && listed.has(id)));
    const rest = order.filter((id, index) => !ids.has(id) && !isGone(id, index));
    // Behind so many the known ones would leave a gap that nobody fills: the sheet begins anew, as
    // if it had just been opened, and has them again where somebody scrolls to.
    if (!meets) beginAt(next);
    const hasUpdates = take(data);
    const coming = rest.filter((id) => expected.has(id));
    const older = meets ? rest.filter((id) => !expected.has(id)) : [];
    const before = order;
    order = [...coming, ...ids, ...older];
    const hasMoved = order.length !== before.length || order.some((id, at) => id !== before[at]);
    if (!hasMoved && !hasUpdates) return false;
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
