/**
 * The results of `work` for each item, in the order of the items; at most `limit` are worked on at a
 * time. Throws the first error, and begins no further item then.
 */
export const mapConcurrently = async <Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = [];
  const remaining = items.entries(); // shared: each item is taken once
  let failed = false;
  const takeTurns = async () => {
    for (const [index, item] of remaining) {
      if (failed) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, takeTurns));
  return results;
};
