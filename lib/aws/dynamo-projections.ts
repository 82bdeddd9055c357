import { createHash } from 'node:crypto';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { Projected, Projections, ShardState } from '#lib/events/projections.ts';
import { dynamodb } from './clients.ts';
import { succeeded } from './dynamo-conditions.ts';
import { planPage } from './dynamo-event-log.ts';
import { imageCountersKey } from './dynamo-image-counters.ts';

type Tables = { countersTable: string; eventsTable: string };

const hashShard = (shard: string): Buffer => createHash('sha256').update(shard).digest();
/** All of a stream shard is counted in one item, which also says how far: one write is enough. */
const countersKey = (shard: string) => imageCountersKey(hashShard(shard).readUInt8(0));
/** The attribute with the position of a stream shard. Collisions: 16 characters of base64 are 96 bits. */
const positionName = (shard: string) =>
  `position#${hashShard(shard).toString('base64url').slice(0, 16)}`;

const Position = z.object({ sequence: z.string(), at: z.iso.datetime() });
type Position = z.infer<typeof Position>;

/** A stream stores changes for a day: after two nothing up to this position is delivered any more. */
const positionLifetimeMs = 2 * 24 * 60 * 60 * 1000;

/** Counters and events in DynamoDB; the tables are those of infra/tables.yml. */
export const dynamoProjections = (
  { countersTable, eventsTable }: Tables,
  client: DynamoDBDocumentClient = dynamodb(),
): Projections => ({
  async find(shard, now) {
    const { Item: item = {} } = await client.send(
      new GetCommand({ TableName: countersTable, Key: countersKey(shard), ConsistentRead: true }),
    );
    const positions = Object.entries(item).filter(([name]) => name.startsWith('position#'));
    const parsed = positions.map(([name, value]) => [name, Position.parse(value)] as const);
    const own = parsed.find(([name]) => name === positionName(shard))?.[1];
    const oldest = new Date(now.getTime() - positionLifetimeMs).toISOString();
    const ended = parsed.filter(([, { at }]) => at < oldest).map(([name]) => name);
    return { sequence: own?.sequence, ended };
  },

  async commit(projected, state, now) {
    const update = { TableName: countersTable, ...toUpdate(projected, state, now) };
    if (projected.events.length === 0) return succeeded(client.send(new UpdateCommand(update)));
    const page = await planPage(eventsTable, projected.events, now, client);
    return succeeded(
      client.send(new TransactWriteCommand({ TransactItems: [{ Update: update }, ...page] })),
    );
  },
});

/** Of the item's other stream shards those are removed that have ended. */
const toUpdate = (
  { shard, first, last, counters }: Projected,
  { ended }: ShardState,
  now: Date,
) => {
  const own = positionName(shard);
  const deltas = Object.entries(counters);
  const removed = ended.filter((name) => name !== own);
  const position: Position = { sequence: last, at: now.toISOString() };
  return {
    Key: countersKey(shard),
    UpdateExpression: [
      'SET #own = :position',
      ...(deltas.length > 0 ? [`ADD ${deltas.map((_, n) => `#n${n} :n${n}`).join(', ')}`] : []),
      ...(removed.length > 0 ? [`REMOVE ${removed.map((_, n) => `#r${n}`).join(', ')}`] : []),
    ].join(' '),
    ConditionExpression: 'attribute_not_exists(#own) OR #own.#sequence < :first',
    ExpressionAttributeNames: {
      '#own': own,
      '#sequence': 'sequence',
      ...Object.fromEntries(deltas.map(([name], n) => [`#n${n}`, name])),
      ...Object.fromEntries(removed.map((name, n) => [`#r${n}`, name])),
    },
    ExpressionAttributeValues: {
      ':position': position,
      ':first': first,
      ...Object.fromEntries(deltas.map(([, by], n) => [`:n${n}`, by])),
    },
  };
};
