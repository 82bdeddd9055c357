import {
  CreateTableCommand,
  type DynamoDBClientConfig,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { startDynamodb } from '#infra/local-cloud/emulators/dynamodb/start-dynamodb.ts';
import { forkedAppId } from '#infra/local-cloud/lambda/app-id.ts';
import { openDynamodb } from '#lib/aws/clients.ts';
import { hostAppId } from '#test/faults/proxy/app-ids.ts';
import type { FaultConfig } from '#test/faults/proxy/fault-config.ts';
import { eventually } from '#test/support/eventually.ts';
import { always, place, running, startFaultProxy } from './fault-injection-fixtures.ts';

afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

const aTable = async (faults: Partial<FaultConfig> = {}, appId = hostAppId) => {
  const emulator = await startDynamodb({ port: 0 });
  running.push(emulator);
  const proxy = await startFaultProxy('dynamodb', emulator.port, faults);
  const open = (config: DynamoDBClientConfig) => openDynamodb({ ...place, ...config });
  const inside = open({ endpoint: emulator.url });
  await inside.send(
    new CreateTableCommand({
      TableName: 'darkroom-dev-images',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    }),
  );
  const put = new PutCommand({ TableName: 'darkroom-dev-images', Item: { id: 'a' } });
  const isThere = async () => {
    const command = new GetCommand({ TableName: 'darkroom-dev-images', Key: { id: 'a' } });
    return (await inside.send(command)).Item !== undefined;
  };
  return {
    ...proxy,
    put,
    isThere,
    outside: open({ endpoint: proxy.url, userAgentAppId: appId }),
    otherClient: open({ endpoint: proxy.url }),
  };
};

describe('with fault injection a call to DynamoDB', () => {
  it.each([
    ['error', 'InternalServerError', false],
    ['unavailable', 'ServiceUnavailable', false],
    ['throttle', 'ProvisionedThroughputExceededException', false],
    ['conflict', 'TransactionConflictException', false],
    ['cut', 'TimeoutError', false],
    ['lost', 'TimeoutError', true],
  ] as const)('that meets %s is refused as %s', async (fault, name, isDone) => {
    const { outside, put, isThere } = await aTable(always(fault));

    await expect(outside.send(put)).rejects.toMatchObject({ name });
    expect(await isThere()).toBe(isDone);
  });

  it('is carried out all the same when it is slow', async () => {
    const { outside, put, isThere } = await aTable(always('slow'));

    await outside.send(put);
    expect(await isThere()).toBe(true);
  });

  it('that is a transaction reports a conflict with one of its items', async () => {
    const { outside, put, isThere } = await aTable(always('conflict'));
    const items = [{ Put: put.input }, { Put: { ...put.input, Item: { id: 'b' } } }] as NonNullable<
      ConstructorParameters<typeof TransactWriteCommand>[0]['TransactItems']
    >;

    const refused = await outside
      .send(new TransactWriteCommand({ TransactItems: items }))
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(TransactionCanceledException);
    expect(refused).toMatchObject({
      CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
    });
    expect(await isThere()).toBe(false);
  });

  it('passes unchanged when the caller is not one of our functions', async () => {
    const { otherClient, put, isThere } = await aTable(always('cut'));

    await otherClient.send(put);
    expect(await isThere()).toBe(true);
  });

  it('fails while the service is down, and succeeds afterwards', async () => {
    const { outside, put, down, isThere } = await aTable();

    down.add('dynamodb');
    await expect(outside.send(put)).rejects.toThrow();
    expect(await isThere()).toBe(false);
    down.clear();
    await outside.send(put);
    expect(await isThere()).toBe(true);
  });

  it('fails for the calls configured as broken, and for no others', async () => {
    const { outside, put } = await aTable({
      broken: [{ call: 'PutItem images', logFields: '"a"' }],
    });

    await expect(outside.send(put)).rejects.toMatchObject({ name: 'InternalServerError' });
    await outside.send(new PutCommand({ TableName: 'darkroom-dev-images', Item: { id: 'b' } }));
  });
});

describe('a failpoint', () => {
  const appId = forkedAppId('darkroom-dev-make-thumbnails', 4711);
  const worker = 'make-thumbnails';

  it.each([
    ['before', false],
    ['after', true],
  ] as const)('kills a worker %s its second call', async (when, isDone) => {
    const { outside, put, failpoints, killed, isThere } = await aTable({}, appId);
    failpoints.add([{ worker, nth: 2, when, what: 'kill' }]);
    const get = new GetCommand({ TableName: 'darkroom-dev-images', Key: { id: 'a' } });

    await outside.send(get);
    await expect(outside.send(put)).rejects.toThrow();
    expect(killed).toEqual([{ worker, pid: 4711 }]);
    expect(await isThere()).toBe(isDone);
    expect(failpoints.report().triggered).toEqual([
      { worker, nth: 2, when, what: 'kill', call: 'PutItem images' },
    ]);
  });

  it('does not affect other workers', async () => {
    const { outside, put, failpoints, killed } = await aTable({}, appId);
    failpoints.add([{ worker: 'read-exif', nth: 1, when: 'before', what: 'kill' }]);

    await outside.send(put);
    expect(killed).toEqual([]);
    expect(failpoints.report().waiting).toHaveLength(1);
  });

  it('pauses a worker until it is released', async () => {
    const { outside, put, failpoints, isThere } = await aTable({}, appId);
    failpoints.add([{ worker, nth: 1, when: 'before', what: 'hold' }]);

    const sent = outside.send(put);
    await eventually(() => expect(failpoints.report().held).toHaveLength(1));
    expect(await isThere()).toBe(false);
    failpoints.release();
    await sent;
    expect(await isThere()).toBe(true);
  });
});
