import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { type EmbeddedStackOptions, startEmbeddedStack } from '#test/support/embedded-stack.ts';
import { startForked } from './forked.ts';

const OriginIsUp = z.object({ url: z.url(), photoBytes: z.int() });

/** The origin of support/origin.ts in its own process. */
export const startOrigin = async () => {
  const { started, send, stop } = await startForked('origin');
  const { url, photoBytes } = OriginIsUp.parse(started);
  return {
    url,
    photoBytes,
    /** What a stack needs to be allowed to fetch from it. */
    env: { FETCH_ALLOW_HOSTS: new URL(url).host },
    /** Responds to the held requests, and to later ones at once. */
    open: () => send({ open: true }),
    stop,
  };
};

const Batch = z.object({
  status: z.string(),
  progress: z.looseObject({
    total_products: z.int(),
    processed_products: z.int(),
    failed_images: z.int(),
  }),
});

const CreateUploadBody = z.looseObject({ url: z.url(), fields: z.record(z.string(), z.string()) });

/** An embedded stack as `npm start` gives it, without captions. */
export const startBenchStack = async (
  env: Record<string, string> = {},
  options: Pick<EmbeddedStackOptions, 'faultInjection'> = {},
) => {
  const stack = await startEmbeddedStack({ env: { CAPTION_PROVIDER: 'none', ...env }, ...options });
  const pid = stack.pids()?.pid;
  if (!pid) throw new Error('The stack did not report its process id.');

  const requestData = async (path: string, init?: RequestInit): Promise<unknown> => {
    const response = await fetch(`${stack.baseUrl}${path}`, init);
    const { data, error } = z
      .looseObject({ data: z.unknown(), error: z.string().nullable() })
      .parse(await response.json());
    if (!response.ok) throw new Error(`${response.status}: ${error}`);
    return data;
  };

  /** The URL and fields to post a JPEG of this size directly to S3. */
  const presignPost = async (sizeBytes: number) => {
    const input = { filename: 'photo.jpg', content_type: 'image/jpeg', size_bytes: sizeBytes };
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(input);
    return CreateUploadBody.parse(
      await requestData('/api/uploads', { method: 'POST', headers, body }),
    );
  };

  const startBatch = async (urls: readonly string[]): Promise<string> => {
    const rows = urls.map((url, at) => `${at + 1},Product ${at + 1},${url}`);
    const csv = ['S. No.,Product Name,Input Image Urls', ...rows].join('\n');
    const form = new FormData();
    form.append('file', new Blob([csv]), 'products.csv');
    const data = await requestData('/api/batches', { method: 'POST', body: form });
    return z.looseObject({ request_id: z.string() }).parse(data).request_id;
  };

  const find = async (requestId: string) =>
    Batch.parse(await requestData(`/api/status/${requestId}`));

  /** Looks twice a second, so that looking costs next to nothing. */
  const until = async (
    requestId: string,
    isReached: (batch: z.infer<typeof Batch>) => boolean | Promise<boolean>,
  ) => {
    for (;;) {
      const batch = await find(requestId);
      if (await isReached(batch)) return batch;
      await wait(500);
    }
  };

  return { ...stack, pid, requestData, presignPost, startBatch, until };
};
export type BenchStack = Awaited<ReturnType<typeof startBenchStack>>;
