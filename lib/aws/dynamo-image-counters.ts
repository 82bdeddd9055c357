import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import {
  addCounters,
  type Counters,
  counterNames,
  type ImageCounters,
  zeroCounters,
} from '#lib/images/counters.ts';
import { pickDetail } from '#lib/images/detail-counters.ts';
import { dynamodb } from './clients.ts';
import { readMany } from './dynamo-read-many.ts';

const shards = 16;

/** The item of a counter shard. Its number is in the partition key, so that each can be in a partition of its own. */
export const imageCountersKey = (shard: number) => {
  const number = String(shard % shards).padStart(2, '0');
  return { scope: `images#${number}`, shard: number };
};

/** Its counters; how far each stream was counted (dynamo-projections.ts) is left out. */
const Shard = z.object(
  Object.fromEntries(counterNames.map((name) => [name, z.number().default(0)])),
);

/** Those behind the details of the statistics, which are not known by name. */
const Detail = z
  .record(z.string(), z.unknown())
  .transform((item) =>
    pickDetail(
      Object.fromEntries(
        Object.entries(item).flatMap(([name, n]) => (typeof n === 'number' ? [[name, n]] : [])),
      ),
    ),
  );

/** The counters of images, which project-changes writes; their total is one request of 16 read units. */
export const dynamoImageCounters = (
  { countersTable }: { countersTable: string },
  client: DynamoDBDocumentClient = dynamodb(),
): ImageCounters => {
  const readShards = () =>
    readMany(
      countersTable,
      Array.from({ length: shards }, (_, shard) => imageCountersKey(shard)),
      client,
    );
  return {
    async total() {
      const items = await readShards();
      const total: Counters = { ...zeroCounters };
      for (const counts of z.array(Shard).parse(items))
        for (const name of counterNames) total[name] += counts[name] ?? 0;
      return total;
    },
    detail: async () => addCounters(z.array(Detail).parse(await readShards())),
  };
};
