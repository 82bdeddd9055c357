import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  type DynamoDBClientConfig,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { GetCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { startDynamodb } from '#infra/local-cloud/emulators/dynamodb/start-dynamodb.ts';
import { startS3 } from '#infra/local-cloud/emulators/s3/start-s3.ts';
import { startSqs } from '#infra/local-cloud/emulators/sqs/start-sqs.ts';
import { forkedAppId } from '#infra/local-cloud/lambda/app-id.ts';
import { openDynamodb, openS3, openSqs } from '#lib/aws/clients.ts';
import { hostAppId } from '#test/faults/proxy/app-ids.ts';
import type { Caller } from '#test/faults/proxy/calls.ts';
import { seededRandom } from '#test/faults/proxy/chance.ts';
import { openFailpoints } from '#test/faults/proxy/failpoints.ts';
import {
  type Fault,
  type FaultConfig,
  noFaults,
  type Service,
} from '#test/faults/proxy/fault-config.ts';
import { startProxy } from '#test/faults/proxy/proxy.ts';
import { openReceived } from '#test/faults/proxy/received-messages.ts';
import { eventually } from '#test/support/eventually.ts';

const place = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'any', secretAccessKey: 'secret' },
  maxAttempts: 1,
};

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

/** A proxy before an emulator, which injects these faults, and the callers that it killed. */
const startFaultProxy = async (
  service: Service,
  port: number,
  faults: Partial<FaultConfig> = {},
) => {
  const failpoints = openFailpoints();
  const received = openReceived();
  const killed: Caller[] = [];
  const down = new Set<Service>();
  const proxy = await startProxy(service, port, {
    faultConfig: () => ({ ...noFaults, slowMs: 1, ...faults }),
    isDown: (one) => down.has(one),
    chance: seededRandom(1),
    failpoints,
    received,
    kill: (caller) => killed.push(caller),
  });
  running.push({
    stop: async () => {
      failpoints.removeAll();
      await proxy.stop();
    },
  });
  return { url: proxy.url, failpoints, received, killed, down };
};

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

const always = (fault: Fault) => ({ dynamodb: 1, s3: 1, sqs: 1, faults: [fault] });

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

describe('with fault injection a message', () => {
  const sentInto = async (faults: Partial<FaultConfig>) => {
    const emulator = await startSqs({ port: 0, region: 'us-east-1', accountId: '000000000000' });
    running.push(emulator);
    const { url } = await startFaultProxy('sqs', emulator.port, faults);
    const inside = openSqs({ ...place, endpoint: emulator.url });
    const outside = openSqs({ ...place, endpoint: url, userAgentAppId: hostAppId });
    const { QueueUrl } = await inside.send(new CreateQueueCommand({ QueueName: 'darkroom-dev-q' }));
    for (let n = 0; n < 20; n++)
      await outside.send(new SendMessageCommand({ QueueUrl, MessageBody: `message ${n}` }));
    const { Attributes = {} } = await inside.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    return {
      visible: Number(Attributes['ApproximateNumberOfMessages']),
      delayed: Number(Attributes['ApproximateNumberOfMessagesDelayed']),
    };
  };

  it('is delivered once and without delay by default', async () => {
    expect(await sentInto({})).toEqual({ visible: 20, delayed: 0 });
  });

  it('can be delivered up to ten times, with delays', async () => {
    const { visible, delayed } = await sentInto({ copies: 10, delaySeconds: 900 });

    expect(visible + delayed).toBeGreaterThan(25);
    expect(visible + delayed).toBeLessThanOrEqual(200);
    expect(delayed).toBeGreaterThan(20);
  });
});

describe('with fault injection a call to S3', () => {
  const aBucket = async (faults: Partial<FaultConfig> = {}) => {
    const folder = mkdtempSync(join(tmpdir(), 'darkroom-faults-'));
    running.push({ stop: async () => rmSync(folder, { recursive: true }) });
    const emulator = await startS3({
      port: 0,
      folder,
      secretAccessKey: 'secret',
      buckets: ['darkroom-dev-originals'],
      onEvent: async () => {},
    });
    running.push(emulator);
    const proxy = await startFaultProxy('s3', emulator.port, faults);
    const open = (userAgentAppId?: string) =>
      openS3({ ...place, endpoint: proxy.url, ...(userAgentAppId && { userAgentAppId }) });
    return { ...proxy, open, at: { Bucket: 'darkroom-dev-originals', Key: 'a key/ü.jpg' } };
  };

  it('is refused with an S3 error, or passes with its signature intact', async () => {
    const faults: Partial<FaultConfig> = {};
    const { open, at } = await aBucket(faults);
    const s3 = open(hostAppId);

    await s3.send(new PutObjectCommand({ ...at, Body: 'bytes' }));
    Object.assign(faults, always('throttle'));
    await expect(s3.send(new PutObjectCommand({ ...at, Body: 'others' }))).rejects.toMatchObject({
      name: 'SlowDown',
    });
    await expect(s3.send(new HeadObjectCommand(at))).rejects.toBeInstanceOf(S3ServiceException);
    Object.assign(faults, { s3: 0 });
    expect((await s3.send(new HeadObjectCommand(at))).ContentLength).toBe(5);
  });

  it('has the bytes of its response counted, by worker and by operation', async () => {
    const { open, at, received } = await aBucket();
    const [thumbnails, exif] = [
      open(forkedAppId('make-thumbnails', 1)),
      open(forkedAppId('read-exif', 2)),
    ];
    await open(hostAppId).send(new PutObjectCommand({ ...at, Body: '0123456789' }));

    await thumbnails.send(new GetObjectCommand(at));
    await thumbnails.send(new GetObjectCommand(at));
    await thumbnails.send(new HeadObjectCommand(at));
    await exif.send(new GetObjectCommand({ ...at, Range: 'bytes=2-4' }));
    await open().send(new GetObjectCommand(at));

    expect(received.report()).toEqual({
      host: { 'PutObject originals': 0 },
      'make-thumbnails': { 'GetObject originals': 20, 'HeadObject originals': 0 },
      'read-exif': { 'GetObject originals': 3 },
    });
  });
});

describe('the seeded random generator', () => {
  it('gives the same numbers for the same seed, whatever else is drawn in between', () => {
    const [one, two] = [seededRandom(42), seededRandom(42)];

    const alone = [one('a'), one('a'), one('a')];
    const mixed = [two('a'), two('b'), two('a'), two('c'), two('a')];
    expect([mixed[0], mixed[2], mixed[4]]).toEqual(alone);
    expect(new Set([...alone, seededRandom(43)('a')]).size).toBe(4);
  });
});
