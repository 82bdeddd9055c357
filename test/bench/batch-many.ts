import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { type BenchStack, startBenchStack, type startOrigin } from './support/bench-stack.ts';
import { type Usage, usageOf, watchMemory } from './support/process-tree.ts';
import { megabytes, say } from './support/report.ts';

type Origin = Awaited<ReturnType<typeof startOrigin>>;

const target = { cpuSeconds: 120, megabytes: 700 };
const workedOn = 1000; // rows to be fetched afterwards, to see what work on a long queue takes

/**
 * A batch of very many rows: what writing them costs, and what memory it takes. While they are
 * written the origin keeps whoever fetches waiting, so that the writing alone is counted.
 */
export const expandMany = async ({ rows }: { rows: number }, origin: Origin): Promise<void> => {
  const stack = await startBenchStack(origin.url);
  try {
    const urls = Array.from({ length: rows }, (_, at) => `${origin.url}/later/${at}.jpg`);
    const calm = usageOf(stack.pid);
    say(`A batch of ${rows} rows (the idle stack takes ${megabytes(calm.rssBytes)}):`);

    const expanding = watchMemory(stack.pid);
    const begun = performance.now();
    const requestId = await stack.startBatch(urls);
    say(`  accepted in ${secondsSince(begun)} s`);
    await stack.until(requestId, async () => (await stateOf(stack, requestId)) !== 'expanding');
    const cpuSeconds = (usageOf(stack.pid).cpuMs - calm.cpuMs) / 1000;
    say(
      `  written in ${secondsSince(begun)} s with ${cpuSeconds.toFixed(1)} s of CPU ` +
        `(target ≤ ${target.cpuSeconds} s)`,
    );
    sayMemory('while they were written', expanding.stop());

    const working = watchMemory(stack.pid);
    const worked = { cpuMs: usageOf(stack.pid).cpuMs, at: performance.now() };
    origin.open();
    const { progress } = await stack.until(
      requestId,
      ({ progress: { processed_products: ended } }) => ended >= Math.min(rows, workedOn),
    );
    const count = progress.processed_products;
    const perRow = (usageOf(stack.pid).cpuMs - worked.cpuMs) / count;
    say(
      `  then ${count} rows that answer 404: ${(count / Number(secondsSince(worked.at))).toFixed(1)} ` +
        `rows/s, ${perRow.toFixed(1)} ms of CPU a row`,
    );
    sayMemory('while they were fetched', working.stop());
  } finally {
    await stack.kill('SIGKILL'); // or it would go on with the others for hours
    await stack.stop();
  }
};

/** Whether all rows are written is no business of the API's callers. */
const stateOf = async ({ env }: BenchStack, requestId: string): Promise<string | undefined> => {
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

const sayMemory = (when: string, { rssBytes, processes }: Usage): void => {
  const each = processes.map((one) => `${one.name} ${megabytes(one.rssBytes)}`).join(', ');
  say(`  peak memory ${when}: ${megabytes(rssBytes)} (target < ${target.megabytes} MB): ${each}`);
};

const secondsSince = (begun: number) => ((performance.now() - begun) / 1000).toFixed(1);
