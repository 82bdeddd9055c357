import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { BatchView, CsvCheckView } from './batch-view.ts';
import { type Deployment, Refusal, type Sent } from './deployment.ts';
import type { Options } from './options.ts';

const path = '/api/batches';
const mostBytes = 10_000_000; // API Gateway takes no more, however a deployment is set

type Wish = Pick<Options, 'source' | 'webhookUrl'>;

/** Sends the CSV, or where it is. Throws a Refusal. */
export const startBatch = async (wish: Wish, deployment: Deployment): Promise<BatchView> =>
  (await deployment.json(path, BatchView, await requestOf(wish))).data;

/** Has the CSV looked at, and nothing started. Throws a Refusal. */
export const checkCsv = async (wish: Wish, deployment: Deployment): Promise<CsvCheckView> =>
  (await deployment.json(path, CsvCheckView, await requestOf(wish, { dry_run: 'true' }))).data;

const requestOf = async (
  { source, webhookUrl }: Wish,
  more: Record<string, string> = {},
): Promise<Sent> => {
  const fields = { ...(webhookUrl !== undefined && { webhook_url: webhookUrl }), ...more };
  // Asked again because the answer was lost, the deployment does not start a second batch.
  const idempotencyKey = randomUUID();
  if ('csvUrl' in source)
    return {
      headers: { 'idempotency-key': idempotencyKey, 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ csv_url: source.csvUrl, ...fields })),
    };

  const blob = await openAsBlob(source.file, { type: 'text/csv' });
  if (blob.size > mostBytes)
    throw new Refusal(
      `${source.file} has ${blob.size} bytes, and an upload may have at most ${mostBytes}. Put it where the deployment can fetch it, and give its address instead of the file.`,
    );
  const form = new FormData();
  form.set('file', blob, basename(source.file));
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const encoded = new Response(form);
  return {
    headers: {
      'idempotency-key': idempotencyKey,
      'content-type': encoded.headers.get('content-type') ?? '',
    },
    body: Buffer.from(await encoded.arrayBuffer()),
  };
};
