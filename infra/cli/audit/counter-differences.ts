import { pickShard } from '#lib/aws/dynamo-counters.ts';
import { countRow } from '#lib/batches/row.ts';
import { countImage } from '#lib/images/counters.ts';
import type { StoredRecords } from './stored-records.ts';

type Counters = Record<string, number>;
type Counted = Record<string, number | undefined>;
type Shards = Map<string, Counters>;

/** Each shard of the counters holds the sum of what its images or rows count. */
export const counterDifferences = ({
  images,
  rows,
  counters,
}: Pick<StoredRecords, 'images' | 'rows' | 'counters'>): string[] => {
  const expected = new Map<string, Shards>();
  for (const { image } of images)
    add(expected, 'stats', pickShard(image.imageId), countImage(image));
  for (const { requestId, part, row } of rows)
    add(expected, requestId, pickShard(part), countRow(row));
  const stored = new Map<string, Shards>();
  for (const { scope, shard, counts } of counters) add(stored, scope, shard, counts);

  return [...new Set([...expected.keys(), ...stored.keys()])].flatMap((scope) =>
    shardDifferences(scope, expected.get(scope) ?? new Map(), stored.get(scope) ?? new Map()),
  );
};

const shardDifferences = (scope: string, expected: Shards, stored: Shards): string[] =>
  [...new Set([...expected.keys(), ...stored.keys()])].sort().flatMap((shard) => {
    const [due, found] = [expected.get(shard) ?? {}, stored.get(shard) ?? {}];
    return [...new Set([...Object.keys(due), ...Object.keys(found)])]
      .filter((name) => (due[name] ?? 0) !== (found[name] ?? 0))
      .map(
        (name) =>
          `The counter ${name} of ${scope}, shard ${shard}, is ${found[name] ?? 0}; ` +
          `the records add up to ${due[name] ?? 0}.`,
      );
  });

const add = (totals: Map<string, Shards>, scope: string, shard: string, counts: Counted): void => {
  const shards = totals.get(scope) ?? new Map<string, Counters>();
  const total = shards.get(shard) ?? {};
  for (const [name, n] of Object.entries(counts)) total[name] = (total[name] ?? 0) + (n ?? 0);
  shards.set(shard, total);
  totals.set(scope, shards);
};
