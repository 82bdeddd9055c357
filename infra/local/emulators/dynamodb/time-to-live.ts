import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import type { Answer, Ask } from './inner-dynalite.ts';

/** UpdateTimeToLive and DescribeTimeToLive, and the broom behind them. */
export type TimeToLive = {
  update(input: unknown): Promise<Answer>;
  describe(input: unknown): Promise<Answer>;
  /** Removes what has expired, in every table that asked for it; each step looks at a few items. */
  sweep(): AsyncGenerator<void>;
};

const Update = z.object({
  TableName: z.string(),
  TimeToLiveSpecification: z.object({ Enabled: z.boolean(), AttributeName: z.string().min(1) }),
});
const Named = z.object({ TableName: z.string() });
const Attributes = z.record(z.string(), z.string());
const Keys = z.array(z.record(z.string(), z.unknown())).default([]);
const itemsPerStep = 100;
const Page = z.object({ Items: Keys, LastEvaluatedKey: z.unknown().optional() });

/** Table names and their attributes are kept in `file`, if there is one. */
export const timeToLive = (
  ask: Ask,
  keyNamesOf: (table: string) => Promise<string[]>,
  file?: string,
): TimeToLive => {
  const attributes = new Map(Object.entries(file && existsSync(file) ? readAttributes(file) : {}));

  async function* sweepTable(table: string, attribute: string): AsyncGenerator<void> {
    const names = { '#expires': attribute };
    const nowSeconds = String(Math.floor(Date.now() / 1000));
    const hasExpired = {
      ExpressionAttributeValues: { ':now': { N: nowSeconds }, ':number': { S: 'N' } },
    };
    const condition = 'attribute_type(#expires, :number) AND #expires < :now';
    const keys = await keyNamesOf(table);
    let start: unknown;
    do {
      const page = await ask('Scan', {
        TableName: table,
        Limit: itemsPerStep,
        FilterExpression: condition,
        ExpressionAttributeNames: names,
        ...hasExpired,
        ...(start ? { ExclusiveStartKey: start } : {}),
      });
      if (page.status !== 200) return; // the table was deleted
      const { Items, LastEvaluatedKey } = Page.parse(page.body);
      for (const item of Items) {
        await ask('DeleteItem', {
          TableName: table,
          Key: Object.fromEntries(keys.map((key) => [key, item[key]])),
          ConditionExpression: condition, // it may have been given more time since
          ExpressionAttributeNames: names,
          ...hasExpired,
        });
      }
      start = LastEvaluatedKey;
      yield;
    } while (start);
  }

  return {
    update: async (input) => {
      const read = Update.safeParse(input);
      if (!read.success) return unreadable;
      const { TableName, TimeToLiveSpecification } = read.data;
      const table = await ask('DescribeTable', { TableName });
      if (table.status !== 200) return table;

      if (TimeToLiveSpecification.Enabled) {
        attributes.set(TableName, TimeToLiveSpecification.AttributeName);
      } else attributes.delete(TableName);
      if (file) writeAttributes(file, Object.fromEntries(attributes));
      return { status: 200, body: { TimeToLiveSpecification } };
    },
    describe: async (input) => {
      const read = Named.safeParse(input);
      const attribute = read.success && attributes.get(read.data.TableName);
      if (!attribute) return ask('DescribeTimeToLive', Object(input));
      const description = { TimeToLiveStatus: 'ENABLED', AttributeName: attribute };
      return { status: 200, body: { TimeToLiveDescription: description } };
    },
    sweep: async function* () {
      for (const [table, attribute] of attributes) yield* sweepTable(table, attribute);
    },
  };
};

const unreadable: Answer = {
  status: 400,
  body: {
    __type: 'com.amazonaws.dynamodb.v20120810#ValidationException',
    message: 'TableName and TimeToLiveSpecification { Enabled, AttributeName } are required.',
  },
};

const readAttributes = (file: string) => Attributes.parse(JSON.parse(readFileSync(file, 'utf8')));

const writeAttributes = (file: string, attributes: Record<string, string>): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(attributes));
  renameSync(`${file}.new`, file);
};
