/** A position in a list over months: after this item of that month. */
type ListPosition = { month: string; after?: string | undefined };

type PageSource<Key, Item> = {
  /** Keys of one month, newest first, older than the position `before`. */
  queryKeys: (month: string, some: { limit: number; before: string | undefined }) => Promise<Key[]>;
  /** The items of these keys that are still where the index says. */
  stillListed: (month: string, keys: Key[]) => Promise<Item[]>;
};

/** A page makes at most so many queries; where months are nearly empty it is short. */
const maxQueries = 12;

/**
 * A page of a list over months, newest first. An index holds keys only and may lag behind, so the
 * records themselves are read and decide: one that has moved since is left out, and is listed where
 * it is now.
 */
export const readPage = async <Key extends { listedAt: string }, Item>(
  {
    limit,
    from,
    months,
  }: { limit: number; from: ListPosition | undefined; months: readonly string[] },
  { queryKeys, stillListed }: PageSource<Key, Item>,
): Promise<{ items: Item[]; cursor: ListPosition | undefined }> => {
  const ahead = months.filter((month) => !from || month <= from.month);
  const items: Item[] = [];
  let position = from;

  for (let queries = 0; ahead.length; queries++) {
    const [month = ''] = ahead;
    const after = position?.month === month ? position.after : undefined;
    if (queries === maxQueries) return { items, cursor: { month, after } };

    // One more than is missing shows whether there is more, so that the last page has no cursor.
    const missing = limit - items.length;
    const found = await queryKeys(month, { limit: missing + 1, before: after });
    const taken = found.slice(0, missing);
    items.push(...(await stillListed(month, taken)));

    position = { month, after: taken.at(-1)?.listedAt ?? after };
    if (found.length <= missing) ahead.shift();
    else if (items.length === limit) return { items, cursor: position };
  }
  return { items, cursor: undefined };
};
