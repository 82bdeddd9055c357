import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';
import { DynamodbError, qualifiedType, serializationError } from './dynamodb-error.ts';
import type { Engine } from './engine.ts';
import { operations } from './operations.ts';

const maxBodyBytes = 16 * 1024 * 1024; // BatchWriteItem's own limit, the largest there is
const capacityPath = '/_local-cloud/consumed-capacity';

/** DynamoDB's JSON 1.0 protocol, and the meter's own path beside it. */
export const httpApi = (engine: Engine, report: (error: unknown) => void): RequestListener => {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST') return serveOther(engine, request, response);
    const body = await readBody(request);
    if (!body) return void response.writeHead(413, { connection: 'close' }).end();
    send(response, 200, answer(engine, request, body));
  };
  return (request, response) => {
    serve(request, response).catch((error: unknown) => refuse(response, error, report));
  };
};

const answer = (engine: Engine, { headers }: IncomingMessage, body: Buffer): string => {
  const operation = operations.get(String(headers['x-amz-target']));
  if (!operation) throw new DynamodbError('UnknownOperationException', '');
  // Signatures are not checked; a web page cannot send this header, or the target, unasked.
  if (!headers.authorization?.startsWith('AWS4-'))
    throw new DynamodbError(
      'MissingAuthenticationTokenException',
      'Request is missing Authentication Token',
    );
  return operation(engine, parseJson(body));
};

const parseJson = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw serializationError('The request body is no JSON');
  }
};

const readBody = (request: IncomingMessage): Promise<Buffer | undefined> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBodyBytes) return resolve(undefined);
      chunks.push(chunk);
    });
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    request.once('error', reject);
  });

const send = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(text),
    'x-amz-crc32': crc32(text),
    'x-amzn-requestid': randomUUID(),
  });
  response.end(text);
};

const refuse = (
  response: ServerResponse,
  error: unknown,
  report: (error: unknown) => void,
): void => {
  if (response.headersSent || response.destroyed) return void response.destroy();
  if (!(error instanceof DynamodbError)) report(error);
  const { type, message, status, details } =
    error instanceof DynamodbError
      ? error
      : new DynamodbError('InternalServerError', `The local DynamoDB failed: ${error}`, {}, 500);
  // Some clients read `message`, some `Message`.
  const body = { __type: qualifiedType(type), message, Message: message, ...details };
  send(response, status, JSON.stringify(body));
};

/** The meter: GET returns what was consumed (`?by=partition-key`: by each), DELETE resets it. */
const serveOther = (
  { meter }: Engine,
  { method, url = '/' }: IncomingMessage,
  response: ServerResponse,
): void => {
  const { pathname, searchParams: query } = new URL(url, 'http://localhost');
  if (pathname !== capacityPath) response.end('healthy: the local DynamoDB\n');
  else if (method === 'DELETE') {
    meter.reset();
    response.writeHead(204).end();
  } else if (method === 'GET') {
    const report = meter.report({ byPartition: query.get('by') === 'partition-key' });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(report, null, 2)}\n`);
  } else response.writeHead(405, { allow: 'GET, DELETE' }).end();
};
