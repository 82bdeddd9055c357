import { describe, expect, it } from 'vitest';
import { objectsIn, S3Notification } from '#lib/queue/s3-event.ts';

const notification = (...keys: string[]) => ({
  Records: keys.map((key) => ({ eventName: 'ObjectCreated:Put', s3: { object: { key } } })),
});

describe('an S3 notification', () => {
  it.each([
    ['a+b.jpg', 'a b.jpg'],
    ['a%20b%2Bc.jpg', 'a b+c.jpg'],
    ['Gr%C3%B6%C3%9Fe/%E6%97%A5.jpg', 'Größe/日.jpg'],
    ['100%25.jpg', '100%.jpg'],
  ])('decodes the key %s', (encoded, key) => {
    expect(objectsIn(S3Notification.parse(notification(encoded)))).toMatchObject([{ key }]);
  });

  it('yields each key once', () => {
    expect(objectsIn(S3Notification.parse(notification('a', 'b', 'a')))).toMatchObject([
      { key: 'a' },
      { key: 'b' },
    ]);
  });

  it('has the ETag of an object, unless its events are of different ones', () => {
    const events = (...etags: (string | undefined)[]) =>
      objectsIn(
        S3Notification.parse({
          Records: etags.map((eTag) => ({ s3: { object: { key: 'a', eTag } } })),
        }),
      );

    expect(events('e1')).toEqual([{ key: 'a', etag: 'e1' }]);
    expect(events('"e1"', 'e1')).toEqual([{ key: 'a', etag: 'e1' }]);
    for (const etags of [['e1', 'e2'], ['e1', 'e2', 'e1'], ['e1', undefined], [undefined]])
      expect(events(...etags)).toEqual([{ key: 'a', etag: undefined }]);
  });

  it('may be a test message without records', () => {
    expect(objectsIn(S3Notification.parse({ Event: 's3:TestEvent', Bucket: 'b' }))).toEqual([]);
  });

  it('rejects anything else', () => {
    expect(S3Notification.safeParse({ Records: [{ s3: {} }] }).success).toBe(false);
    expect(S3Notification.safeParse(notification('broken%')).success).toBe(false);
  });
});
