import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  type ChecksumAlgorithm,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { checksumAlgorithms } from '../../emulators/s3/body/checksums.ts';
import { combineCrcs, crc32, crc32c, crc64nvme } from '../../emulators/s3/body/crc.ts';
import { byteFiles, openS3 } from './s3-harness.ts';

const Bucket = 'pictures';
const hash = (name: string) => (bytes: Buffer) => createHash(name).update(bytes).digest('base64');
const crc = (start: typeof crc32) => (bytes: Buffer) => {
  const running = start();
  running.update(bytes);
  return running.base64();
};
const digests: Record<string, (bytes: Buffer) => string> = {
  CRC32: crc(crc32),
  CRC32C: crc(crc32c),
  CRC64NVME: crc(crc64nvme),
  MD5: hash('md5'),
  SHA1: hash('sha1'),
  SHA256: hash('sha256'),
  SHA512: hash('sha512'),
};
const crcs = { CRC32: crc32, CRC32C: crc32c, CRC64NVME: crc64nvme } as const;
type Sums = Record<string, unknown>;
const readSums = (output: object) => output as Sums;

// The check values of the CRC catalogue, https://reveng.sourceforge.io/crc-catalogue/all.htm
test.each([
  ['CRC32', 'cbf43926'],
  ['CRC32C', 'e3069283'],
  ['CRC64NVME', 'ae8b14860a799888'],
] as const)(
  'computes %s like other implementations, however the bytes are chunked',
  (algorithm, check) => {
    const bytes = Buffer.from('123456789');
    expect(Buffer.from(crc(crcs[algorithm])(bytes), 'base64').toString('hex')).toBe(check);

    const long = randomBytes(10_007);
    const running = crcs[algorithm]();
    for (let at = 0, size = 1; at < long.length; at += size, size = (size * 7) % 61) {
      running.update(long.subarray(at, at + size));
      if (at + size > long.length) break;
    }
    expect(running.base64()).toBe(crc(crcs[algorithm])(long));
  },
);

test.each(Object.keys(crcs) as (keyof typeof crcs)[])(
  'S3 combines the %s of parts into that of the whole',
  (algorithm) => {
    const parts = [700, 1, 0, 700, 12_345].map((size) => randomBytes(size));
    const sums = parts.map((part) => ({
      base64: crc(crcs[algorithm])(part),
      sizeBytes: part.length,
    }));

    expect(combineCrcs(algorithm, sums)).toBe(crc(crcs[algorithm])(Buffer.concat(parts)));
  },
);

test.each(checksumAlgorithms)(
  'S3 verifies the checksum %s, stores it and returns it',
  async (algorithm) => {
    const { client, folder } = await openS3();
    const bytes = randomBytes(100_001);
    const right = digests[algorithm]?.(bytes);
    const wrong = digests[algorithm]?.(Buffer.from('another'));
    const put = (Key: string, sum: string | undefined) =>
      client.send(
        new PutObjectCommand({ Bucket, Key, Body: bytes, [`Checksum${algorithm}`]: sum }),
      );

    const stored = readSums(await put('right', right));

    expect(stored[`Checksum${algorithm}`]).toBe(right);
    await expect(put('wrong', wrong)).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(put('wrong', 'abc')).rejects.toMatchObject({ name: 'InvalidRequest' });
    const at = { Bucket, Key: 'right' };
    const head = readSums(
      await client.send(new HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' })),
    );
    expect(head[`Checksum${algorithm}`]).toBe(right);
    expect(head['ChecksumType']).toBe('FULL_OBJECT');
    const { Checksum } = await client.send(
      new GetObjectAttributesCommand({ ...at, ObjectAttributes: ['Checksum'] }),
    );
    expect(Checksum).toMatchObject({ [`Checksum${algorithm}`]: right });
    await expect.poll(() => byteFiles(folder)).toHaveLength(1);
  },
);

test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
  'S3 accepts a chunked stream with a trailing %s',
  async (ChecksumAlgorithm) => {
    const { client } = await openS3();
    const bytes = randomBytes(300_000);
    const pieces = [bytes.subarray(0, 7), bytes.subarray(7, 200_000), bytes.subarray(200_000)];
    const at = { Bucket, Key: 'streamed' };
    const Body = Readable.from(pieces);

    await client.send(
      new PutObjectCommand({ ...at, Body, ContentLength: bytes.length, ChecksumAlgorithm }),
    );

    const found = await client.send(new GetObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
    expect(Buffer.from((await found.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
    expect(readSums(found)[`Checksum${ChecksumAlgorithm}`]).toBe(
      digests[ChecksumAlgorithm]?.(bytes),
    );
    expect(found.ContentEncoding).toBeUndefined();
  },
);

const uploadInParts = async (
  client: S3Client,
  parts: Buffer[],
  begin: { ChecksumAlgorithm: ChecksumAlgorithm; ChecksumType?: 'FULL_OBJECT' | 'COMPOSITE' },
  complete: Sums = {},
) => {
  const at = { Bucket, Key: 'parts' };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...at, ...begin }));
  const name = `Checksum${begin.ChecksumAlgorithm}`;
  const Parts = await Promise.all(
    parts.map(async (Body, index) => {
      const part = { ...at, UploadId, PartNumber: index + 1, Body };
      const sum = { [name]: digests[begin.ChecksumAlgorithm]?.(Body) };
      const sent = await client.send(new UploadPartCommand({ ...part, ...sum }));
      return { PartNumber: index + 1, ETag: sent.ETag, ...sum };
    }),
  );
  return client.send(
    new CompleteMultipartUploadCommand({
      ...at,
      UploadId,
      MultipartUpload: { Parts },
      ...complete,
    }),
  );
};

test.each(Object.keys(crcs) as (keyof typeof crcs)[])(
  'a multipart upload can have the %s of all its bytes',
  async (algorithm) => {
    const { client } = await openS3();
    const parts = [randomBytes(5 * 1024 * 1024), randomBytes(1000)];
    const whole = digests[algorithm]?.(Buffer.concat(parts));
    const begin = { ChecksumAlgorithm: algorithm, ChecksumType: 'FULL_OBJECT' } as const;

    const done = readSums(
      await uploadInParts(client, parts, begin, {
        [`Checksum${algorithm}`]: whole,
        ChecksumType: 'FULL_OBJECT',
      }),
    );

    expect(done).toMatchObject({ [`Checksum${algorithm}`]: whole, ChecksumType: 'FULL_OBJECT' });
    const other = { [`Checksum${algorithm}`]: digests[algorithm]?.(Buffer.from('another')) };
    await expect(uploadInParts(client, parts, begin, other)).rejects.toMatchObject({
      name: 'BadDigest',
    });
  },
);

test.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const)(
  'a multipart upload can have the %s of the %s of its parts',
  async (algorithm) => {
    const { client } = await openS3();
    const parts = [randomBytes(5 * 1024 * 1024), randomBytes(1000)];
    const sums = parts.map((part) => Buffer.from(digests[algorithm]?.(part) ?? '', 'base64'));

    const done = readSums(await uploadInParts(client, parts, { ChecksumAlgorithm: algorithm }));

    expect(done).toMatchObject({
      [`Checksum${algorithm}`]: `${digests[algorithm]?.(Buffer.concat(sums))}-2`,
      ChecksumType: 'COMPOSITE',
    });
    const { ObjectParts } = await client.send(
      new GetObjectAttributesCommand({ Bucket, Key: 'parts', ObjectAttributes: ['ObjectParts'] }),
    );
    expect(ObjectParts?.Parts?.map((part) => readSums(part)[`Checksum${algorithm}`])).toEqual(
      sums.map((sum) => sum.toString('base64')),
    );
  },
);

test('S3 refuses a checksum type that does not fit, and a part with another checksum', async () => {
  const { client } = await openS3();
  const at = { Bucket, Key: 'a' };
  const begin = (ChecksumAlgorithm: ChecksumAlgorithm, ChecksumType: 'FULL_OBJECT' | 'COMPOSITE') =>
    client.send(new CreateMultipartUploadCommand({ ...at, ChecksumAlgorithm, ChecksumType }));

  await expect(begin('SHA256', 'FULL_OBJECT')).rejects.toMatchObject({ name: 'InvalidRequest' });
  await expect(begin('CRC64NVME', 'COMPOSITE')).rejects.toMatchObject({ name: 'InvalidRequest' });
  const { UploadId } = await begin('CRC32', 'COMPOSITE');
  const part = { ...at, UploadId, PartNumber: 1, Body: 'x' };
  const other = { ChecksumSHA1: hash('sha1')(Buffer.from('x')) };
  await expect(client.send(new UploadPartCommand({ ...part, ...other }))).rejects.toMatchObject({
    name: 'InvalidRequest',
  });
});

test('S3 answers an unknown checksum algorithm with 501', async () => {
  const { client } = await openS3();
  const put = new PutObjectCommand({
    Bucket,
    Key: 'a',
    Body: 'x',
    ChecksumXXHASH64: 'AAAAAAAAAAA=',
  });

  await expect(client.send(put)).rejects.toMatchObject({
    name: 'NotImplemented',
    $metadata: { httpStatusCode: 501 },
  });
});
