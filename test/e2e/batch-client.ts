import { parse } from 'csv-parse/sync';
import { inject } from 'vitest';
import { z } from 'zod';
import { eventually } from '#test/support/eventually.ts';
import { startFetchOrigin } from '#test/support/fetch-origin.ts';
import { createClient } from './client.ts';
import type { Target } from './stack.ts';

const Webhook = z.looseObject({
  state: z.string(),
  attempts: z.array(
    z.looseObject({ at: z.string(), status: z.number().nullable(), error: z.string().nullable() }),
  ),
});

export const Product = z.looseObject({
  serial_number: z.string(),
  product_name: z.string(),
  status: z.string(),
  images: z.array(
    z.looseObject({
      input_url: z.string(),
      output_url: z.string().nullable(),
      image_id: z.string().nullable(),
      status: z.string(),
      error: z.string().nullable(),
    }),
  ),
});

/** The part of a batch that the tests look at; products only where details were requested. */
export const BatchRecord = z.looseObject({
  request_id: z.string(),
  status: z.string(),
  progress: z.looseObject({
    total_products: z.number(),
    processed_products: z.number(),
    total_images: z.number(),
    processed_images: z.number(),
    failed_images: z.number(),
    percentage: z.number(),
  }),
  message: z.string(),
  csv_filename: z.string(),
  webhook_url: z.string().nullable(),
  webhook: Webhook.nullable(),
  errors: z.array(z.looseObject({ row: z.number(), message: z.string() })),
  products: z.array(Product).default([]),
});
export type BatchRecord = z.infer<typeof BatchRecord>;

type BatchRequest = {
  fields?: Record<string, string>;
  headers?: Record<string, string>;
  path?: string;
  filename?: string;
};

/** Speaks to a Darkroom's batches over HTTP only. */
export const createBatchClient = (target: Target) => {
  const darkroom = createClient(target);
  const { json, call } = darkroom;

  const send = (csv: string | Uint8Array, request: BatchRequest = {}) => {
    const { fields = {}, headers = {}, path = '/api/batches', filename = 'products.csv' } = request;
    const form = new FormData();
    form.append(
      'file',
      new Blob([new Uint8Array(Buffer.from(csv))], { type: 'text/csv' }),
      filename,
    );
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    return json(path, { method: 'POST', body: form, headers });
  };
  const sendJson = (body: unknown, headers: Record<string, string> = {}) =>
    json('/api/batches', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  const started = async (answer: ReturnType<typeof json>) => {
    const { status, data, error } = await answer;
    if (status !== 202) throw new Error(`${status}: ${error}`);
    return BatchRecord.parse(data);
  };
  const batch = async (requestId: string) =>
    BatchRecord.parse((await json(`/api/batches/${requestId}`)).data);

  return {
    ...darkroom,
    send,
    sendJson,
    batch,
    /** Starts a batch and answers its id. */
    start: async (csv: string, request?: BatchRequest) =>
      (await started(send(csv, request))).request_id,
    startByUrl: async (body: { csv_url: string; webhook_url?: string }) =>
      (await started(sendJson(body))).request_id,
    /** The batch with its first products, when it has ended. */
    batchEnded: (requestId: string, within = darkroom.scaleTimeout(40_000)) =>
      eventually(
        async () => {
          const record = await batch(requestId);
          if (['pending', 'processing'].includes(record.status))
            throw new Error(`${requestId} is ${JSON.stringify(record)}`);
          return record;
        },
        { within, every: 100 },
      ),
    results: async (requestId: string, query = '') => {
      const { status, headers, text } = await call(`/api/batches/${requestId}/results${query}`);
      const rows = status === 200 ? parse(text) : [];
      return { status, headers, text, rows: z.array(z.array(z.string())).parse(rows) };
    },
  };
};
export type BatchClient = ReturnType<typeof createBatchClient>;

/** A CSV of products, each with its URLs in one quoted cell. */
export const createCsv = (...products: string[][]): string =>
  [
    'S. No.,Product Name,Input Image Urls',
    ...products.map((urls, index) => `${index + 1},SKU${index + 1},"${urls.join(',')}"`),
    '',
  ].join('\r\n');

/** The suite's Darkroom, and an origin with these pictures that it may fetch from. */
export const openWithOrigin = async (pictures: Record<string, Uint8Array>) => ({
  darkroom: createBatchClient(inject('target')),
  origin: await startFetchOrigin({ pictures, port: inject('serverPorts').origin }),
});
