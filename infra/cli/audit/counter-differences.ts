import { pickShard } from '#lib/aws/dynamo-counters.ts';
import { countRow } from '#lib/batches/row.ts';
import { countImage } from '#lib/images/counters.ts';
import type { StoredRecords } from './stored-records.ts';

type Counters = Record<string, number>;
type Shards = Map<string, Counters>;

/** The tallies are the sum of what each image and each row counts, shard by shard. */
export const counterDifferences = ({
  images,
  rows,
  counters,
}: Pick<StoredRecords, 'images' | 'rows' | 'counters'>): string[] => {
  const due = new Map<string, Shards>();
  for (const { image } of images) add(due, 'stats', pickShard(image.imageId), countImage(image));
  for (const { requestId, part, row } of rows) add(due, requestId, pickShard(part), countRow(row));
  const kept = new Map<string, Shards>();
  for (const { scope, shard, counts } of counters) add(kept, scope, shard, counts);

  return [...new Set([...due.keys(), ...kept.keys()])].flatMap((of) => {
    const [wanted, found] = [due.get(of) ?? new Map(), kept.get(of) ?? new Map()];
    return [...new Set([...wanted.keys(), ...found.keys()])].sort().flatMap((shard) => {
      const [should, does]: [Counters, Counters] = [
        wanted.get(shard) ?? {},
        found.get(shard) ?? {},
      ];
      return [...new Set([...Object.keys(should), ...Object.keys(does)])]
        .filter((name) => (should[name] ?? 0) !== (does[name] ?? 0))
        .map(
          (name) =>
            `The tally of ${of}, shard ${shard}, counts ${does[name] ?? 0} ${name}; ` +
            `the records add up to ${should[name] ?? 0}.`,
        );
    });
  });
};

const add = (sums: Map<string, Shards>, of: string, shard: string, counts: Counters): void => {
  const shards = sums.get(of) ?? new Map<string, Counters>();
  const sum = shards.get(shard) ?? {};
  for (const [name, n] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + n;
  sums.set(of, shards.set(shard, sum));
};
