import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Product, readCsv } from '#lib/batches/csv/read-csv.ts';
import { failedRowsCsv, type ResultRow, resultsCsv } from '#lib/batches/csv/write-results.ts';

type FakeResponse = { status: number; body?: unknown; headers?: Record<string, string> };
export type SeenRequest = {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  atMs: number;
};

/**
 * A deployment on loopback that speaks Darkroom's envelope: it reads the CSV as the real one does,
 * and finishes `pace` more images at each request for the status; those with `bad` in their URL
 * fail. `instead` may answer in its place; where it `loses` a response, the work is done all the same.
 */
export const startDeployment = async ({
  key,
  stage = '',
  pace = 10,
  instead = () => undefined,
  loses = () => false,
}: {
  key?: string;
  stage?: string;
  pace?: number;
  loses?: (request: SeenRequest, nth: number) => boolean;
  instead?: (request: SeenRequest, nth: number) => FakeResponse | 'hang up' | undefined;
} = {}) => {
  const seen: SeenRequest[] = [];
  const forms: { csv: string; filename: string; fields: Record<string, string> }[] = [];
  const byKey = new Map<string, string>();
  let products: Product[] = [];
  let processed = 0;
  let batches = 0;

  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const body = await readAll(request);
    const path = url.startsWith(stage) ? url.slice(stage.length) : '/elsewhere';
    const call = { method, path, headers, atMs: performance.now() };
    const nth = seen.filter((other) => other.method === method && other.path === path).length;
    seen.push(call);
    const other = instead(call, nth);
    if (other === 'hang up') return request.socket.destroy();
    if (other) return send(response, other);
    if (path.startsWith('/store/'))
      return send(response, headers['x-api-key'] ? keyLeaked : stored);
    if (key && headers['x-api-key'] !== key) return send(response, forbidden);
    const answer = await answerTo(call, body);
    if (loses(call, nth)) return request.socket.destroy();
    send(response, answer);
  });

  const toImages = ({ urls }: Product, first: number) =>
    urls.map((inputUrl, at): ResultRow['images'][number] & { isDone: boolean } => {
      const failed = inputUrl.includes('bad');
      return {
        inputUrl,
        outputUrl: failed ? null : `https://d.example/api/image/${first + at}.jpg`,
        error: failed ? 'The server answered 404.' : null,
        isDone: first + at < processed,
      };
    });
  const rows = () => {
    let first = 0;
    return products.map((product) => {
      const images = toImages(product, first);
      first += images.length;
      return { ...product, images };
    });
  };
  const view = () => {
    const all = rows().flatMap(({ images }) => images);
    const done = all.filter(({ isDone }) => isDone);
    const failed = done.filter(({ error }) => error !== null).length;
    const end = failed ? 'completed_with_errors' : 'completed';
    return {
      request_id: `batch-${batches}`,
      status: done.length === all.length ? (failed === all.length ? 'failed' : end) : 'processing',
      progress: { total_images: all.length, processed_images: done.length, failed_images: failed },
      message: '',
      errors: [],
    };
  };

  const answerTo = async (
    { method, path, headers }: SeenRequest,
    body: Buffer,
  ): Promise<FakeResponse> => {
    const { pathname, searchParams } = new URL(path, 'http://loopback');
    if (method === 'POST' && pathname === '/api/batches') {
      const idempotencyKey = String(headers['idempotency-key']);
      const before = byKey.get(idempotencyKey);
      if (before)
        return { status: before === body.toString('latin1') ? 202 : 422, body: success(view()) };
      byKey.set(idempotencyKey, body.toString('latin1'));
      if (headers['content-type'] === 'application/json') {
        batches += 1;
        forms.push({ csv: '', filename: '', fields: JSON.parse(body.toString()) });
        return { status: 202, body: success({ ...view(), status: 'pending' }) };
      }
      const form = await new Response(Uint8Array.from(body), {
        headers: { 'content-type': headers['content-type'] ?? '' },
      }).formData();
      const { file, ...fields } = Object.fromEntries(form);
      if (!(file instanceof File)) return { status: 400, body: failure('The form has no file.') };
      forms.push({
        csv: await file.text(),
        filename: file.name,
        fields: Object.fromEntries(
          Object.entries(fields).map(([name, value]) => [name, String(value)]),
        ),
      });
      const found: Product[] = [];
      const check = await readCsv([await file.bytes()], (some) => {
        found.push(...some);
      });
      const data = {
        valid: check.faults.faults.length === 0,
        total_products: check.totalProducts,
        total_images: check.totalImages,
        errors: check.faults.faults,
        more_errors: check.faults.more,
      };
      if (fields['dry_run']) return { status: 200, body: success(data) };
      if (!data.valid) return { status: 422, body: { ...failure('The CSV has errors.'), data } };
      products = found;
      batches += 1;
      return { status: 202, body: success({ ...view(), status: 'pending' }) };
    }
    if (pathname === `/api/status/batch-${batches}`) {
      processed += pace;
      return { status: 200, body: success(view()) };
    }
    if (pathname === `/api/batches/batch-${batches}`) {
      const from = Number(searchParams.get('cursor') ?? 0);
      const to = from + Number(searchParams.get('limit'));
      const page = rows()
        .slice(from, to)
        .map(({ serialNumber, productName, images }) => ({
          serial_number: serialNumber,
          product_name: productName,
          images: images.map(({ inputUrl, error, isDone }) => ({
            input_url: inputUrl,
            status: isDone ? (error ? 'failed' : 'completed') : 'pending',
            error: isDone ? error : null,
          })),
        }));
      return {
        status: 200,
        body: {
          ...success({ ...view(), products: page }),
          page: { limit: to - from, next_cursor: to < products.length ? `${to}` : null },
        },
      };
    }
    if (pathname === `/api/batches/batch-${batches}/results`) {
      const write = searchParams.get('errors') ? failedRowsCsv : resultsCsv;
      const parts: Uint8Array[] = [];
      for await (const part of write(inOneChunk(rows()))) parts.push(part);
      return { status: 200, body: Buffer.concat(parts) };
    }
    return { status: 404, body: failure('Not found') };
  };

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('The server has no port.');
  return {
    url: `http://127.0.0.1:${address.port}${stage}`,
    seen,
    forms,
    batches: () => batches,
    stop: async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
};

const success = (data: unknown) => ({ status: 'success', code: 5000, data, error: null });
export const failure = (error: string) => ({ status: 'error', code: 5001, data: null, error });
const forbidden = { status: 403, body: failure('The key is wrong.') };
const keyLeaked = { status: 400, body: Buffer.from('The key was sent to the store.') };
const stored = { status: 200, body: Buffer.from('from the store') };

const send = (
  response: ServerResponse,
  { status, body = '', headers = {} }: FakeResponse,
): void => {
  response.writeHead(status, headers);
  response.end(body instanceof Buffer || typeof body === 'string' ? body : JSON.stringify(body));
};

const readAll = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
};

async function* inOneChunk<T>(rows: T[]) {
  yield rows;
}
