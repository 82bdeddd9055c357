import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { toNotification } from '../../emulators/s3/start-s3.ts';
import { openS3 } from './s3-harness.ts';

const event = {
  name: 'ObjectCreated:Put',
  key: 'my folder/ü+(1).jpg',
  sizeBytes: 12,
  etag: 'abc',
  at: Date.parse('2026-11-21T05:30:00Z'),
  sequencer: '00000000000000000A',
} as const;

test('an event describes an object as S3 does, with its key form-encoded', () => {
  const { Records } = toNotification('pictures', event, { region: 'eu-central-1' });

  expect(Records).toMatchObject([
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'eu-central-1',
      eventTime: '2026-11-21T05:30:00.000Z',
      eventName: 'ObjectCreated:Put',
      s3: {
        s3SchemaVersion: '1.0',
        bucket: { name: 'pictures', arn: 'arn:aws:s3:::pictures' },
        object: { key: 'my+folder/%C3%BC%2B%281%29.jpg', size: 12, eTag: 'abc' },
      },
    },
  ]);
});

test('a later event has the greater sequencer', async () => {
  const { client, events } = await openS3();
  for (const Body of ['1', '2', '3']) {
    await client.send(new PutObjectCommand({ Bucket: 'pictures', Key: 'a', Body }));
  }

  await expect.poll(() => events).toHaveLength(3);
  const sequencers = events.toSorted((a, b) => a.at - b.at).map(({ sequencer }) => sequencer);
  expect(sequencers).toEqual(sequencers.toSorted());
  expect(new Set(sequencers).size).toBe(3);
});
