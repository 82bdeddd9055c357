import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { afterEach, describe, expect, it } from 'vitest';
import { startS3 } from '#infra/local-cloud/emulators/s3/start-s3.ts';
import { startSqs } from '#infra/local-cloud/emulators/sqs/start-sqs.ts';
import { forkedAppId } from '#infra/local-cloud/lambda/app-id.ts';
import { openS3, openSqs } from '#lib/aws/clients.ts';
import { hostAppId } from '#test/faults/proxy/app-ids.ts';
import { seededRandom } from '#test/faults/proxy/chance.ts';
import type { FaultConfig } from '#test/faults/proxy/fault-config.ts';
import { always, place, running, startFaultProxy } from './fault-injection-fixtures.ts';

afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
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

  it('is counted, and the bytes of its response too, by worker and by operation', async () => {
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
      received: {
        host: { 'PutObject originals': 0 },
        'make-thumbnails': { 'GetObject originals': 20, 'HeadObject originals': 0 },
        'read-exif': { 'GetObject originals': 3 },
      },
      times: {
        host: { 'PutObject originals': 1 },
        'make-thumbnails': { 'GetObject originals': 2, 'HeadObject originals': 1 },
        'read-exif': { 'GetObject originals': 1 },
      },
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
