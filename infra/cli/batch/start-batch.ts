import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { BatchView, CsvCheckView } from './batch-view.ts';
import { type Deployment, DeploymentError, type RequestBody } from './deployment.ts';
import type { Options } from './options.ts';

const path = '/api/batches';
const maxBytes = 10_000_000; // API Gateway's own limit, whatever a deployment is set to

type Input = Pick<Options, 'source' | 'webhookUrl'>;

/** Uploads the CSV, or sends its URL. Throws a DeploymentError. */
export const startBatch = async (input: Input, deployment: Deployment): Promise<BatchView> =>
  (await deployment.json(path, BatchView, await toRequest(input))).data;

/** Has the CSV checked, and starts nothing. Throws a DeploymentError. */
export const checkCsv = async (input: Input, deployment: Deployment): Promise<CsvCheckView> =>
  (await deployment.json(path, CsvCheckView, await toRequest(input, { dry_run: 'true' }))).data;

const toRequest = async (
  { source, webhookUrl }: Input,
  more: Record<string, string> = {},
): Promise<RequestBody> => {
  const fields = { ...(webhookUrl !== undefined && { webhook_url: webhookUrl }), ...more };
  // If the response is lost and the request repeated, the deployment starts no second batch.
  const idempotencyKey = randomUUID();
  if ('csvUrl' in source)
    return {
      headers: { 'idempotency-key': idempotencyKey, 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ csv_url: source.csvUrl, ...fields })),
    };

  const blob = await openAsBlob(source.file, { type: 'text/csv' });
  if (blob.size > maxBytes)
    throw new DeploymentError(
      `${source.file} has ${blob.size} bytes, and an upload may have at most ${maxBytes}. Put it where the deployment can fetch it, and give its URL instead of the file.`,
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
