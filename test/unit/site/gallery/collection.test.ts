import { describe, expect, it } from 'vitest';
import { type Picture, pictureCollection } from '#functions/site/gallery/pictures/collection.ts';
import type { PictureFilter } from '#functions/site/gallery/pictures/filter.ts';
import { anImageView } from '#test/support/browser-answers.ts';

type Options = { limit: number; cursor?: string; filter: PictureFilter };

/** A list with small pages, newest first, that a test may change. */
const given = (pictures: Picture[], { perPage = 2 } = {}) => {
  let listed = pictures;
  let failing = false;
  let held: Promise<void> | undefined;
  const requests: Options[] = [];
  const collection = pictureCollection({
    onChange: () => {},
    list: async (options) => {
      requests.push(options);
      if (failing) throw new Error('unreachable');
      const wanted = options.filter.status;
      const matching = listed.filter(({ status }) => !wanted || status === wanted);
      const from = matching.findIndex(({ image_id: id }) => id === options.cursor) + 1;
      const end = from + Math.min(options.limit, perPage);
      const data = matching.slice(from, end);
      const next = end < matching.length ? data.at(-1)?.image_id : undefined;
      const wait = held;
      held = undefined;
      await wait;
      return { data, page: { next_cursor: next ?? null } };
    },
  });
  const names = () => collection.all().map(({ original_name: name }) => name);
  return {
    collection,
    names,
    requests: requests,
    setList: (others: Picture[]) => {
      listed = others;
    },
    fails: (is: boolean) => {
      failing = is;
    },
    /** The next response is sent when the returned function is called. */
    holds: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
  };
};

/** The newest has the highest number. */
const picturesFrom = (newest: number, oldest: number) =>
  Array.from({ length: newest - oldest + 1 }, (_, index) => anImageView(newest - index));
const originalNames = (pictures: Picture[]) => pictures.map(({ original_name: name }) => name);

const queued = { status: 'queued', processed_at: null } as const;
const [a, b, c, d] = [anImageView(1), anImageView(2), anImageView(3), anImageView(4)] as const;

describe('pictureCollection', () => {
  it('loads page after page, and knows when there is no more', async () => {
    const { collection, names } = given([a, b, c]);
    await collection.more();
    expect(names()).toEqual(['picture-1.jpg', 'picture-2.jpg']);
    expect(collection.hasMore()).toBe(true);
    await collection.more();
    expect(names()).toHaveLength(3);
    expect(collection.hasMore()).toBe(false);
  });

  it('requests one page at a time, however often it is called', async () => {
    const { collection, requests } = given([a, b, c, d]);
    await Promise.all([collection.more(), collection.more(), collection.more()]);
    expect(requests).toHaveLength(1);
  });

  it('continues after a failure when it is called again', async () => {
    const { collection, names, fails } = given([a]);
    fails(true);
    await collection.more();
    expect(collection.failure()).toBeInstanceOf(Error);
    fails(false);
    await collection.more();
    expect(collection.failure()).toBeUndefined();
    expect(names()).toEqual(['picture-1.jpg']);
  });

  it('skips empty pages', async () => {
    const pages = [
      { data: [], page: { next_cursor: 'x' } },
      { data: [], page: { next_cursor: 'y' } },
      { data: [a], page: { next_cursor: null } },
    ];
    const collection = pictureCollection({
      onChange: () => {},
      list: async () => pages.shift() ?? { data: [], page: { next_cursor: null } },
    });
    await collection.more();
    expect(collection.all()).toHaveLength(1);
  });

  it('applies new, changed and deleted pictures when the newest page is read again', async () => {
    const { collection, names, setList } = given([a, b, c]);
    await collection.more();
    await collection.more();
    setList([d, { ...a, caption: 'Another.' }, c]);

    expect(await collection.refresh()).toBe(true);
    expect(names()).toEqual(['picture-4.jpg', 'picture-1.jpg', 'picture-2.jpg', 'picture-3.jpg']);
    expect(collection.find(a.image_id)?.caption).toBe('Another.');
    // b is older than the page that was read, so its absence means nothing; a complete list does.
    setList([d, a]);
    await collection.refresh();
    expect(names()).toEqual(['picture-4.jpg', 'picture-1.jpg']);
    expect(await collection.refresh()).toBe(false);
  });

  it('reads all new pictures, when they are more than a page holds', async () => {
    const { collection, names, requests, setList } = given(picturesFrom(50, 1), { perPage: 100 });
    await collection.more();
    setList(picturesFrom(250, 1));

    expect(await collection.refresh()).toBe(true);
    expect(names()).toEqual(originalNames(picturesFrom(250, 1)));
    expect(collection.hasMore()).toBe(false);
    expect(requests).toHaveLength(4);
    expect(await collection.refresh()).toBe(false);
    expect(requests).toHaveLength(5);
  });

  it('restarts when more is new than it reads at once, and misses none of it', async () => {
    const { collection, names, requests, setList } = given(picturesFrom(6, 1));
    await collection.more();
    setList(picturesFrom(40, 1));

    await collection.refresh();
    expect(requests).toHaveLength(11);
    expect(names()).toEqual(originalNames(picturesFrom(40, 21)));
    expect(collection.find(anImageView(6).image_id)).toBeDefined();
    for (let pages = 0; pages < 10; pages++) await collection.more();
    expect(names()).toEqual(originalNames(picturesFrom(40, 1)));
    expect(collection.hasMore()).toBe(false);
  });

  it('drops the page in flight when it restarts', async () => {
    const { collection, names, setList, holds } = given(picturesFrom(6, 1));
    await collection.more();
    const release = holds();
    const late = collection.more();
    setList(picturesFrom(40, 1));

    await collection.refresh();
    release();
    await late;
    expect(names()).toEqual(originalNames(picturesFrom(40, 21)));
    expect(collection.isLoading()).toBe(false);
  });

  it('reads on after an upload of its own, which does not mean that the rest is known', async () => {
    const { collection, names, setList } = given(picturesFrom(1, 1));
    await collection.more();
    collection.expect(anImageView(4, queued));
    setList(picturesFrom(4, 1));

    await collection.refresh();
    expect(names()).toEqual(originalNames(picturesFrom(4, 1)));
  });

  it('preserves the order of the list where a page reaches beyond what is known', async () => {
    const { collection, names, setList } = given(picturesFrom(4, 1));
    await collection.more();
    setList(picturesFrom(3, 1));

    await collection.refresh();
    expect(names()).toEqual(originalNames(picturesFrom(3, 2)));
    await collection.more();
    await collection.more();
    expect(names()).toEqual(originalNames(picturesFrom(3, 1)));
  });

  it('shows an upload at once, until the list has it', async () => {
    const { collection, names, setList } = given([a]);
    await collection.more();
    collection.expect(anImageView(9, queued));
    await collection.refresh();
    expect(names()).toEqual(['picture-9.jpg', 'picture-1.jpg']);
    expect(collection.isExpected(anImageView(9).image_id)).toBe(true);

    setList([anImageView(9), a]);
    await collection.refresh();
    expect(names()).toEqual(['picture-9.jpg', 'picture-1.jpg']);
    expect(collection.isExpected(anImageView(9).image_id)).toBe(false);
  });

  it('drops the responses of an older filter', async () => {
    const answers: ((page: { data: Picture[]; page: { next_cursor: null } }) => void)[] = [];
    const collection = pictureCollection({
      onChange: () => {},
      list: () => new Promise((resolve) => answers.push(resolve)),
    });
    const first = collection.more();
    const second = collection.showOnly({ status: 'failed' });
    answers[1]?.({ data: [], page: { next_cursor: null } });
    answers[0]?.({ data: [a, b], page: { next_cursor: null } });
    await Promise.all([first, second]);
    expect(collection.all()).toEqual([]);
  });

  it('hides what is being deleted, shows it again, and forgets what was deleted', async () => {
    const { collection, names } = given([a, b]);
    await collection.more();
    collection.hide(a.image_id);
    expect(names()).toEqual(['picture-2.jpg']);
    collection.unhide(a.image_id);
    expect(names()).toEqual(['picture-1.jpg', 'picture-2.jpg']);
    collection.forget(b.image_id);
    expect(collection.find(b.image_id)).toBeUndefined();
  });
});
