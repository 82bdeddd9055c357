import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDynamodb } from '#infra/local-cloud/emulators/dynamodb/start-dynamodb.ts';
import { openCheckpoints } from '#infra/local-cloud/lambda/checkpoints.ts';
import { StreamEvent } from '#infra/local-cloud/lambda/stream-event.ts';
import { startStreamSource } from '#infra/local-cloud/lambda/stream-source.ts';
import { openAws } from '#infra/local-cloud/template/call-aws.ts';
import { createTables } from '#infra/local-cloud/template/create-tables.ts';
import { parseTemplate } from '#infra/local-cloud/template/read-template.ts';
import { readResources } from '#infra/local-cloud/template/resources.ts';
import { openDynamodb } from '#lib/aws/clients.ts';

const region = 'us-east-1';
const accountId = '000000000000';
const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench-secret' };

/** What osls would put in for its own variables. */
const readTables = () => {
  const text = readFileSync('infra/tables.yml', 'utf8')
    .replaceAll(`\${self:service}`, 'darkroom')
    .replaceAll(`\${sls:stage}`, 'bench');
  const environment = { region, accountId, stackName: 'bench', sqsUrl: 'http://127.0.0.1' };
  return readResources(parseTemplate(text, 'infra/tables.yml'), environment).tables;
};

/**
 * DynamoDB with the tables of infra/tables.yml in this process, where each partition key takes so many
 * write units a second, and a client that counts how often it was throttled
 * and lost a race.
 */
export const startLimitedDynamodb = async (writeUnitsPerSecond: number) => {
  const dynamodb = await startDynamodb({ port: 0, partitionLimits: { writeUnitsPerSecond } });
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-scale-'));
  const call = openAws(dynamodb.url, { region });
  await createTables(readTables(), call);
  const client = openDynamodb({ endpoint: dynamodb.url, region, credentials });
  let throttles = 0;
  let lostTransactions = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (isThrottle(error)) throttles++;
        else if (Object(error).name === 'TransactionCanceledException') lostTransactions++;
        throw error;
      }
    },
    // Inside of the SDK's retries: each of them counts.
    { step: 'deserialize', name: 'countThrottles', priority: 'high' },
  );
  const checkpoints = openCheckpoints(join(folder, 'checkpoints.db'));

  return {
    client,
    meter: dynamodb.meter,
    throttles: () => throttles,
    /** Transactions that were cancelled because another writer was first. */
    lostTransactions: () => lostTransactions,
    table: (name: string) => `darkroom-bench-${name}`,
    /** Delivers the changes of a table to a function, as the event source of functions.yml does. */
    startStream: (table: string, invoke: (event: unknown) => Promise<unknown>) => {
      const {
        arn: _,
        type: __,
        destinations: ___,
        ...mapping
      } = StreamEvent.parse({
        type: 'dynamodb',
        arn: '',
        batchSize: 100,
        batchWindow: 1,
        tumblingWindowInSeconds: 900,
      });
      const source = startStreamSource(
        {
          ...mapping,
          streamArn: `arn:aws:dynamodb:${region}:${accountId}:table/${table}/stream/local`,
          onFailureArn: undefined,
        },
        {
          ...{ dynamodb: call, checkpoints, functionName: 'project-changes', region, accountId },
          invoke,
          sendToQueue: async () => {},
          report: (error) => console.error(error),
        },
      );
      const forget = dynamodb.onStreamRecords(table, source.wake);
      return {
        stop: async () => {
          forget();
          await source.stop(5000);
        },
      };
    },
    stop: async () => {
      client.destroy();
      await dynamodb.stop();
      checkpoints.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
export type LimitedDynamodb = Awaited<ReturnType<typeof startLimitedDynamodb>>;

const isThrottle = (error: unknown): boolean => {
  const { name, CancellationReasons: reasons } = Object(error);
  if (name === 'ProvisionedThroughputExceededException') return true;
  return (
    Array.isArray(reasons) && reasons.some(({ Code }) => Code === 'ProvisionedThroughputExceeded')
  );
};
