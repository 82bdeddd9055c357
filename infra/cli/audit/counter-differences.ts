import { shardOf } from '#lib/aws/dynamo-counters.ts';
import { countsOfRow } from '#lib/batches/row.ts';
import { countsOf } from '#lib/images/counters.ts';
import type { Kept } from './stored-records.ts';

type Counts = Record<string, number>;
type Shards = Map<string, Counts>;

/** The tallies are the sum of what each image and each row counts, shard by shard. */
export const tallyDifferences = ({
  images,
  rows,
  tallies,
}: Pick<Kept, 'images' | 'rows' | 'tallies'>): string[] => {
  const due = new Map<string, Shards>();
  for (const { image } of images) add(due, 'stats', shardOf(image.imageId), countsOf(image));
  for (const { requestId, part, row } of rows) add(due, requestId, shardOf(part), countsOfRow(row));
  const kept = new Map<string, Shards>();
  for (const { of, shard, counts } of tallies) add(kept, of, shard, counts);

  return [...new Set([...due.keys(), ...kept.keys()])].flatMap((of) => {
    const [wanted, found] = [due.get(of) ?? new Map(), kept.get(of) ?? new Map()];
    return [...new Set([...wanted.keys(), ...found.keys()])].sort().flatMap((shard) => {
      const [should, does]: [Counts, Counts] = [wanted.get(shard) ?? {}, found.get(shard) ?? {}];
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

const add = (sums: Map<string, Shards>, of: string, shard: string, counts: Counts): void => {
  const shards = sums.get(of) ?? new Map<string, Counts>();
  const sum = shards.get(shard) ?? {};
  for (const [name, n] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + n;
  sums.set(of, shards.set(shard, sum));
};
