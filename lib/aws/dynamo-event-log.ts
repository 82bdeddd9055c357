import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { Event } from '#lib/events/event.ts';
import type { EventLog, LogPosition } from '#lib/events/event-log.ts';
import { dynamodb } from './clients.ts';
import { readMany } from './dynamo-read-many.ts';

const hourMs = 60 * 60 * 1000;
/** Events are stored for a day, in hours that have begun; two more until the last reader has read a page. */
const pageLifetimeMs = 27 * hourMs;

/** `2026-11-30T20` */
const toHour = (at: Date): string => at.toISOString().slice(0, 13);

const headKey = { page: 'head' };
const pageKey = (page: number) => ({ page: String(page) });

const Head = z.object({
  /** The number of the next page, which is that of pages ever written. */
  next: z.int(),
  /** The first page of each hour of the last day that has one. */
  hours: z.record(z.string(), z.int()),
});
type Head = z.infer<typeof Head>;
const Page = z.object({ page: z.coerce.number(), events: z.array(Event) });

const readHead = async (table: string, client: DynamoDBDocumentClient): Promise<Head> => {
  const { Item: item = { next: 0, hours: {} } } = await client.send(
    new GetCommand({ TableName: table, Key: headKey, ConsistentRead: true }),
  );
  return Head.parse(item);
};

/**
 * The writes of a transaction that append events as one page. Its condition fails if another page was
 * appended meanwhile, so pages have no gaps, and a reader that has seen one has seen all before it.
 */
export const planPage = async (
  eventsTable: string,
  events: readonly Event[],
  now: Date,
  client: DynamoDBDocumentClient,
) => {
  const { next, hours } = await readHead(eventsTable, client);
  const dayBefore = toHour(new Date(now.getTime() - 24 * hourMs));
  const recent = Object.entries(hours).filter(([hour]) => hour >= dayBefore);
  const head: Head = {
    next: next + 1,
    hours: { [toHour(now)]: next, ...Object.fromEntries(recent) },
  };
  return [
    {
      Put: {
        TableName: eventsTable,
        Item: { ...headKey, ...head },
        ConditionExpression: next === 0 ? 'attribute_not_exists(#next)' : '#next = :next',
        ExpressionAttributeNames: { '#next': 'next' },
        ...(next > 0 && { ExpressionAttributeValues: { ':next': next } }),
      },
    },
    {
      Put: {
        TableName: eventsTable,
        Item: {
          ...pageKey(next),
          events,
          expires: Math.ceil((now.getTime() + pageLifetimeMs) / 1000),
        },
      },
    },
  ];
};

const pagesPerRead = 10;

/** The log of events in DynamoDB: pages with running numbers, each of its own partition key. */
export const dynamoEventLog = (
  { eventsTable }: { eventsTable: string },
  client: DynamoDBDocumentClient = dynamodb(),
): EventLog => {
  const readPages = async (from: number, to: number) => {
    const keys = Array.from({ length: to - from }, (_, index) => pageKey(from + index));
    const items = await readMany(eventsTable, keys, client);
    return z
      .array(Page)
      .parse(items)
      .sort((a, b) => a.page - b.page);
  };

  return {
    async end() {
      const { next } = await readHead(eventsTable, client);
      return { page: next, offset: 0 };
    },

    async find(since) {
      const { next, hours } = await readHead(eventsTable, client);
      const pages = Object.entries(hours)
        .filter(([hour]) => hour >= toHour(since))
        .map(([, page]) => page);
      return { page: Math.min(next, ...pages), offset: 0 };
    },

    async read(from, limit) {
      const head = await readHead(eventsTable, client);
      if (from.page > head.next) return undefined;
      const events: Event[] = [];
      let next: LogPosition = from;
      while (next.page < head.next && events.length < limit) {
        const to = Math.min(head.next, next.page + pagesPerRead);
        const pages = await readPages(next.page, to);
        if (pages[0]?.page !== next.page || pages.length < to - next.page) return undefined;
        for (const { page, events: all } of pages) {
          const some = all.slice(next.offset, next.offset + limit - events.length);
          events.push(...some);
          const read = next.offset + some.length;
          next = read < all.length ? { page, offset: read } : { page: page + 1, offset: 0 };
          if (events.length === limit) break;
        }
      }
      return { events, next };
    },
  };
};
