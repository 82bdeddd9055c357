import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Variants } from '#lib/aws/s3-variants.ts';
import { inMemoryVariants } from '#test/support/in-memory-variants.ts';
import { openS3Backend } from './backend.ts';
import { variantsContract } from './variants.contract.ts';

variantsContract('memory', async () => inMemoryVariants());

let backend: Awaited<ReturnType<typeof openS3Backend>>;
beforeAll(async () => {
  backend = await openS3Backend();
});
afterAll(() => backend.stop());

variantsContract('S3', async () => s3Variants(await backend.makeBucket(), backend.client));

describe('S3', () => {
  it('stores a variant with its cache lifetime and with the cache tag by which a CDN purges it', async () => {
    const bucket = await backend.makeBucket();
    const key = 'i/an-image/small.v.avif';
    const about = { contentType: 'image/avif', imageId: 'an-image' };
    await s3Variants(bucket, backend.client).save(key, Buffer.from('x'), about);

    const head = await backend.client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    expect(head).toMatchObject({
      ContentType: 'image/avif',
      CacheControl: 'public, max-age=31536000, immutable',
      Metadata: { 'cache-tag': 'an-image' },
    });
  });

  it('presigns a link to a variant', async () => {
    const variants = s3Variants(await backend.makeBucket(), backend.client);
    const about = { contentType: 'image/avif', imageId: 'an-image' };
    await variants.save('i/an-image/small.v.avif', Buffer.from('a picture'), about);

    const response = await fetch(await variants.link('i/an-image/small.v.avif', 60));
    expect(response.headers.get('content-type')).toBe('image/avif');
    expect(await response.text()).toBe('a picture');
  });

  it('does not take a missing bucket for a missing variant', async () => {
    const variants = s3Variants('there-is-no-such-bucket', backend.client);
    await expect(variants.find('i/a/b.v.png', 1)).rejects.toThrow();
  });
});
