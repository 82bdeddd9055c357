import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { type BenchStack, startBenchStack, startOrigin } from '../support/bench-stack.ts';
import { measureUsage, watchMemory } from '../support/process-tree.ts';
import type { Part } from '../support/report.ts';

const max = { cpuSeconds: 120, megabytes: 700 };
const lengths = { short: { rows: 5000, workedOn: 200 }, full: { rows: 50_000, workedOn: 1000 } };

/**
 * A batch of very many rows: what writing them costs, and how much memory it takes. While the rows
 * are written the origin holds every fetch, so that only the writing is measured.
 */
export const manyRows: Part = {
  name: 'many-rows',
  run: async (length) => {
    const { rows, workedOn } = lengths[length];
    const origin = await startOrigin();
    const stack = await startBenchStack(origin.env).catch(async (error: unknown) => {
      await origin.stop();
      throw error;
    });
    try {
      const urls = Array.from({ length: rows }, (_, at) => `${origin.url}/later/${at}.jpg`);
      const calm = measureUsage(stack.pid).cpuMs;
      const writing = watchMemory(stack.pid);
      const requestId = await stack.startBatch(urls);
      await stack.until(
        requestId,
        async () => (await readBatchState(stack, requestId)) !== 'expanding',
      );
      const cpuSeconds = (measureUsage(stack.pid).cpuMs - calm) / 1000;
      const writingMb = writing.stop().rssBytes / 1e6;

      const working = watchMemory(stack.pid);
      const written = measureUsage(stack.pid).cpuMs;
      origin.open();
      const { progress } = await stack.until(
        requestId,
        ({ progress: { processed_products: ended } }) => ended >= workedOn,
      );
      const perRow = (measureUsage(stack.pid).cpuMs - written) / progress.processed_products;
      const workingMb = working.stop().rssBytes / 1e6;
      const memory = { unit: 'MB', atMost: max.megabytes };
      return {
        title: 'A batch of very many rows',
        how: `A batch of ${rows.toLocaleString('en')} rows, and the first of them, which answer 404.`,
        figures: [
          {
            what: 'writing the rows',
            values: [cpuSeconds],
            unit: 's CPU',
            atMost: max.cpuSeconds,
          },
          { what: 'peak memory while they are written', values: [writingMb], ...memory },
          { what: 'a row that answers 404', values: [perRow], unit: 'ms CPU' },
          { what: 'peak memory while they are fetched', values: [workingMb], ...memory },
        ],
      };
    } finally {
      await stack.kill('SIGKILL'); // or it would go on with the others for hours
      await stack.stop();
      await origin.stop();
    }
  },
};

/** Reads the table: the API does not say whether all rows are written. */
const readBatchState = async (
  { env }: BenchStack,
  requestId: string,
): Promise<string | undefined> => {
  const client = new DynamoDBClient({
    endpoint: env['AWS_ENDPOINT_URL_DYNAMODB'] ?? '',
    region: env['AWS_REGION'] ?? '',
    credentials: {
      accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  });
  const { Item } = await client.send(
    new GetItemCommand({
      TableName: 'darkroom-dev-batches',
      Key: { request_id: { S: requestId }, part: { S: 'head' } },
    }),
  );
  client.destroy();
  return Item?.['batch']?.M?.['work']?.M?.['state']?.S;
};
