import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, inject } from 'vitest';
import { z } from 'zod';
import { Status } from '#lib/images/image.ts';
import { eventually } from '#test/support/eventually.ts';
import type { Target } from './stack.ts';

const Step = z.looseObject({ state: z.string(), reason: z.string().optional() });

/** The part of a record that the tests look at. */
export const ImageRecord = z.looseObject({
  image_id: z.string(),
  original_name: z.string(),
  status: z.string(),
  source: z.string(),
  metadata: z.looseObject({
    width: z.number().nullish(),
    height: z.number().nullish(),
    format: z.string().nullish(),
    size_bytes: z.number().nullish(),
    sha256: z.string().nullish(),
  }),
  thumbnails: z.record(z.string(), z.string()),
  file_path: z.string().nullable(),
  file_url: z.string().nullable(),
  first_upload: z.string().nullable(),
  processed_at: z.string().nullable(),
  caption: z.string().nullable(),
  exif: z.looseObject({}).nullable(),
  error: z.string().nullable(),
  placeholder: z.string().nullable(),
  dominant_color: z.string().nullable(),
  steps: z.object({ thumbnails: Step, exif: Step, caption: Step }),
});
export type ImageRecord = z.infer<typeof ImageRecord>;

export const Stats = z.looseObject({
  total: z.number(),
  queued: z.number(),
  processing: z.number(),
  done: z.number(),
  failed: z.number(),
  success: z.number(),
  success_rate: z.number().nullable(),
  avg_processing_time_ms: z.number().nullable(),
  bytes: z.number(),
});
export type Stats = z.infer<typeof Stats>;

const Envelope = z.object({
  status: z.enum(['success', 'failed', 'error']),
  code: z.int(),
  data: z.unknown(),
  error: z.string().nullable(),
  error_code: z.string().optional(),
  fields: z.array(z.object({ field: z.string(), error: z.string() })).optional(),
  warnings: z
    .array(z.object({ part: z.string(), error: z.string(), error_code: z.string() }))
    .optional(),
  page: z.object({ limit: z.int(), next_cursor: z.string().nullable() }).optional(),
});

/** Speaks to a Darkroom over HTTP only, and to the stores behind it where a test puts objects there. */
export const createClient = ({ baseUrl, env }: Target) => {
  const key = env['API_KEY'];
  const withKey = (init: RequestInit) => {
    const headers = new Headers(init.headers);
    if (key) headers.set('x-api-key', key);
    return { ...init, headers };
  };
  const call = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${baseUrl}${path}`, withKey(init));
    const text = await response.text();
    return { status: response.status, headers: response.headers, text };
  };
  const json = async (path: string, init: RequestInit = {}) => {
    const { status, headers, text } = await call(path, init);
    const { status: outcome, ...envelope } = Envelope.parse(JSON.parse(text));
    return { ...envelope, outcome, status, headers };
  };
  const upload = (files: Named[], headers: Record<string, string> = {}) => {
    const form = new FormData();
    for (const { name, type, bytes } of files)
      form.append('file', new Blob([new Uint8Array(bytes)], { type: type ?? '' }), name);
    return json('/api/images', { method: 'POST', body: form, headers });
  };
  const image = async (imageId: string) =>
    ImageRecord.parse((await json(`/api/images/${imageId}`)).data);
  // On a remote deployment a poll costs as much as the work that it waits for.
  const isElsewhere = Boolean(env['BASE_URL']);
  /** Milliseconds to wait for what takes so long at most on an embedded stack. */
  const scaleTimeout = (withinMs: number) => (isElsewhere ? 4 * withinMs : withinMs);
  const ended = (imageId: string, within = 30_000) =>
    eventually(
      async () => {
        const record = await image(imageId);
        if (record.status !== 'done' && record.status !== 'failed')
          throw new Error(`${imageId} is ${JSON.stringify(record.steps)}`);
        return record;
      },
      { within: scaleTimeout(within), ...(isElsewhere && { every: 500 }) },
    );
  /** One after another: asked for all at once, their polls cost more than the work. */
  const allEnded = async (imageIds: readonly string[], within?: number) => {
    const records: ImageRecord[] = [];
    for (const imageId of imageIds) records.push(await ended(imageId, within));
    return records;
  };
  const bytes = async (url: string, init: RequestInit = {}) => {
    // The API may lie below a path, which `new URL` would leave out.
    const address = url.startsWith('/') ? `${baseUrl}${url}` : new URL(url, baseUrl).href;
    // A link into the stores carries its own signature, and must not receive the key.
    const isOurs = address.startsWith(`${baseUrl}/`);
    const response = await fetch(address, isOurs ? withKey(init) : init);
    return { response, body: Buffer.from(await response.arrayBuffer()) };
  };

  const statsNow = async () => Stats.parse((await json('/api/stats')).data);
  /** Counts the records themselves. */
  const countByStatus = async () => {
    const counts = { total: 0, queued: 0, processing: 0, done: 0, failed: 0 };
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { data, page } = await json(
        `/api/images?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      for (const { status } of z.array(z.object({ status: Status })).parse(data)) {
        counts.total++;
        counts[status]++;
      }
      cursor = page?.next_cursor ?? null;
    }
    return counts;
  };

  const region = env['AWS_REGION'] ?? 'us-east-1';
  const credentials = {
    accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
  };
  const endpoint = (service: string) =>
    env[`AWS_ENDPOINT_URL_${service}`] ?? env['AWS_ENDPOINT_URL'] ?? '';
  const s3 = new S3Client({ region, credentials, endpoint: endpoint('S3') });
  const sqs = new SQSClient({
    region,
    credentials,
    endpoint: endpoint('SQS'),
    useQueueUrlAsEndpoint: false,
  });
  const originals = env['ORIGINALS_BUCKET'] ?? 'darkroom-dev-originals';
  const derived = env['DERIVED_BUCKET'] ?? 'darkroom-dev-derived';

  return {
    baseUrl,
    key,
    call,
    json,
    upload,
    image,
    ended,
    allEnded,
    scaleTimeout,
    bytes,
    s3,
    sqs,
    statsNow,
    /**
     * The counters, once they have caught up with the records, which takes about a second. Not for times in
     * which images are processed.
     */
    stats: () =>
      eventually(
        async () => {
          const stats = await statsNow();
          expect(stats).toMatchObject(await countByStatus());
          return stats;
        },
        { within: scaleTimeout(30_000), every: isElsewhere ? 1000 : 100 },
      ),
    countByStatus,
    uploadOne: async (file: Named, headers: Record<string, string> = {}) => {
      const answer = await upload([file], headers);
      if (answer.status !== 202) throw new Error(`${answer.status}: ${answer.error}`);
      return ImageRecord.parse(answer.data);
    },
    drop: (key: string, body: Buffer, contentType?: string) =>
      s3.send(
        new PutObjectCommand({ Bucket: originals, Key: key, Body: body, ContentType: contentType }),
      ),
    derivedKeys: async (prefix: string) => {
      const { Contents } = await s3.send(
        new ListObjectsV2Command({ Bucket: derived, Prefix: prefix }),
      );
      return (Contents ?? []).map(({ Key }) => Key ?? '').sort();
    },
    queueUrl: async (name: string) =>
      (await sqs.send(new GetQueueUrlCommand({ QueueName: `darkroom-dev-${name}` }))).QueueUrl ??
      '',
  };
};
export type Client = ReturnType<typeof createClient>;
export type Named = { name: string; type?: string; bytes: Uint8Array };

/** The suite's Darkroom. */
export const theClient = () => createClient(inject('target'));
