import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openS3 } from '#lib/aws/clients.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { inMemoryObjects } from '#test/support/in-memory-objects.ts';
import { openS3Backend } from './backend.ts';
import { objectsContract } from './objects.contract.ts';

objectsContract('memory', async () => inMemoryObjects());

let backend: Awaited<ReturnType<typeof openS3Backend>>;
beforeAll(async () => {
  backend = await openS3Backend();
});
afterAll(() => backend.stop());
const open = async () => s3Objects(await backend.makeBucket(), backend.client);

objectsContract('S3', open);

const checksums = (headers: IncomingHttpHeaders = {}) =>
  Object.keys(headers).filter((header) => /checksum|md5/.test(header));

describe('S3', () => {
  const bytes = new Uint8Array(randomBytes(500));
  const contentType = 'image/png';

  it('presigns a URL of an object, with the name to save it under', async () => {
    const objects = await open();
    await objects.write('a b/ü.png', bytes, { contentType });

    const link = await objects.link('a b/ü.png', 60, { filename: 'Größe "1"\r\n.png' });
    const response = await fetch(link);

    expect(response.status).toBe(200);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
    expect(response.headers.get('content-type')).toBe(contentType);
    expect(response.headers.get('content-disposition')).toBe(
      `inline; filename="Gr__e _1___.png"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%221%22%0D%0A.png`,
    );
    const forged = link.replace(/(?<=Signature=)./, (digit) => (digit === '0' ? '1' : '0'));
    expect((await fetch(forged)).status).toBe(403);
  });

  it('presigns a link with the given type and name, whatever the object was stored with', async () => {
    const objects = await open();
    await objects.write('page', bytes, { contentType: 'text/html' });
    const as = { filename: 'a.jpg', contentType: 'image/jpeg', disposition: 'attachment' } as const;

    const { headers } = await fetch(await objects.link('page', 60, as));
    expect(headers.get('content-type')).toBe('image/jpeg');
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="a.jpg"/);

    const head = await objects.link('page', 60, { ...as, method: 'HEAD' });
    expect((await fetch(head, { method: 'HEAD' })).status).toBe(200);
  });

  it('truncates metadata that is longer than S3 allows', async () => {
    const objects = await open();
    const name = '日本'.repeat(1000);

    await objects.write('long', bytes, { contentType, userMetadata: { name } });

    const stored = (await objects.head('long'))?.userMetadata['name'] ?? '';
    expect(stored.length).toBeGreaterThan(50);
    expect(name.startsWith(stored)).toBe(true);
    expect(encodeURIComponent(stored).length).toBeLessThan(1000); // of 2 kB for all of them
  });

  it('does not take a missing bucket for a missing object', async () => {
    const objects = s3Objects('there-is-no-such-bucket', backend.client);

    await expect(objects.read('key')).rejects.toThrow();
    await expect(objects.remove(['key'])).rejects.toThrow();
  });

  it('hashes no bytes whose hash it was given', async () => {
    const sent: IncomingHttpHeaders[] = [];
    const server = createServer((request, response) => {
      sent.push(request.headers);
      request.resume().on('end', () => response.writeHead(200, { etag: '"e"' }).end());
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const client = openS3({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    onTestFinished(() => client.destroy());

    // Not the hash of these bytes: an adapter that computed the hash would send another.
    const digest = createHash('sha256').update('something else').digest();
    await s3Objects('bucket', client).write('key', bytes, {
      contentType,
      sha256: digest.toString('hex'),
    });

    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      'x-amz-content-sha256': digest.toString('hex'),
      'x-amz-checksum-sha256': digest.toString('base64'),
      'content-length': '500',
    });
    expect(checksums(sent[0])).toEqual(['x-amz-checksum-sha256']);
    await s3Objects('bucket', client).write('key', bytes, { contentType });
    await s3Objects('bucket', client).read('key');
    expect(checksums(sent[1])).toEqual([]);
    expect(checksums(sent[2])).toEqual([]);
  });
});
