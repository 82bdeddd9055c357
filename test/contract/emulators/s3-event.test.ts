import { expect, test } from 'vitest';
import { s3EventOf } from '#infra/local/emulators/s3-event.ts';

const event = {
  name: 'ObjectCreated:Put',
  key: 'my folder/ü+(1).jpg',
  sizeBytes: 12,
  etag: 'abc',
} as const;

test('tells of an object as S3 does, its key encoded like a form', () => {
  const now = new Date('2026-11-21T05:30:00Z');

  const { Records } = s3EventOf('pictures', event, { region: 'eu-central-1', now });

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

test('gives a later event the greater sequencer', () => {
  const sequencers = [1, 2, 3].map(
    () => s3EventOf('pictures', event, { region: 'us-east-1' }).Records[0]?.s3.object.sequencer,
  );

  expect(sequencers).toEqual([...sequencers].sort());
  expect(new Set(sequencers).size).toBe(3);
});
