/** A place in a list over months: after this thing of that month. */
type Place = { month: string; after?: string | undefined };

type ListMonths<Key, Thing> = {
  /** Keys of one month, newest first, older than the place `before`. */
  queryKeys: (month: string, some: { limit: number; before: string | undefined }) => Promise<Key[]>;
  /** The things behind the keys that still stand where the index says. */
  stillListed: (month: string, keys: Key[]) => Promise<Thing[]>;
};

/** A page looks at so many stretches of shelf at most; where they are nearly empty it stays short. */
const mostQueries = 12;

/**
 * A page of a list over months, newest first. An index holds keys only, and may lag behind, so the
 * records themselves are read and have the last word: one that has changed its place since is left
 * out, and appears where it stands now.
 */
export const pageOf = async <Key extends { listedAt: string }, Thing>(
  { limit, from, months }: { limit: number; from: Place | undefined; months: readonly string[] },
  { queryKeys, stillListed }: ListMonths<Key, Thing>,
): Promise<{ things: Thing[]; cursor: Place | undefined }> => {
  const ahead = months.filter((month) => !from || month <= from.month);
  const things: Thing[] = [];
  let place = from;

  for (let queries = 0; ahead.length; queries++) {
    const [month = ''] = ahead;
    const after = place?.month === month ? place.after : undefined;
    if (queries === mostQueries) return { things, cursor: { month, after } };

    // One more than are missing tells whether there is more, so that the last page knows it is.
    const missing = limit - things.length;
    const found = await queryKeys(month, { limit: missing + 1, before: after });
    const taken = found.slice(0, missing);
    things.push(...(await stillListed(month, taken)));

    place = { month, after: taken.at(-1)?.listedAt ?? after };
    if (found.length <= missing) ahead.shift();
    else if (things.length === limit) return { things, cursor: place };
  }
  return { things, cursor: undefined };
};
