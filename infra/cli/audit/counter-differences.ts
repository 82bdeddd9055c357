import { pickShard } from '#lib/aws/dynamo-counters.ts';
import { countRow } from '#lib/batches/row.ts';
import { countImage } from '#lib/images/counters.ts';
import { countDetail } from '#lib/images/detail-counters.ts';
import type { StoredRecords } from './stored-records.ts';

type Counters = Record<string, number>;
type Counted = Record<string, number | undefined>;
/** The counters of each shard, by its name. */
type Shards = Map<string, Counters>;

/**
 * The counters of images add up to what the images count, and each shard of a batch's holds the sum of what
 * its rows count. Those of images follow within about a second: wait-for-counters.ts.
 */
export const counterDifferences = ({
  images,
  rows,
  counters,
}: Pick<StoredRecords, 'images' | 'rows' | 'counters'>): string[] => {
  const expected: Shards = new Map();
  for (const { image } of images) {
    add(expected, 'images', countImage(image));
    add(expected, 'images', countDetail(image));
  }
  for (const { requestId, part, row } of rows)
    add(expected, `${requestId}, shard ${pickShard(part)}`, countRow(row));
  const stored: Shards = new Map();
  for (const { scope, shard, counts } of counters)
    add(stored, scope.startsWith('images#') ? 'images' : `${scope}, shard ${shard}`, counts);

  return [...new Set([...expected.keys(), ...stored.keys()])].sort().flatMap((name) => {
    const [due, found] = [expected.get(name) ?? {}, stored.get(name) ?? {}];
    return [...new Set([...Object.keys(due), ...Object.keys(found)])]
      .filter((counter) => (due[counter] ?? 0) !== (found[counter] ?? 0))
      .map(
        (counter) =>
          `The counter ${counter} of ${name} is ${found[counter] ?? 0}; ` +
          `the records add up to ${due[counter] ?? 0}.`,
      );
  });
};

const add = (shards: Shards, name: string, counts: Counted): void => {
  const total = shards.get(name) ?? {};
  for (const [counter, n] of Object.entries(counts))
    total[counter] = (total[counter] ?? 0) + (n ?? 0);
  shards.set(name, total);
};
