import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Operation } from './operation.ts';
import { SqsError } from './sqs-error.ts';

const json = 'application/x-amz-json-1.0';
const targetPrefix = 'AmazonSQS.';
// Ten messages of 1 MiB together, each byte of which JSON may write as six (\u001f).
const maxRequestBytes = 8 * 1024 * 1024;

const whatIsServed =
  `This is SQS by its JSON protocol: POST with content-type ${json}, as the AWS CLI 2, boto3 and ` +
  'the SDKs have sent it since 2024. The older query protocol is not answered: a web page could ' +
  'send it too, without asking first.';

/**
 * Answers SQS' JSON protocol, and `GET /health`. Only that content type is taken: for it a page of
 * another origin has to ask first, and is never allowed. Signatures are not checked.
 */
export const serveSqs =
  (operations: Record<string, Operation>, report: (error: unknown) => void): RequestListener =>
  (request, response) => {
    if (request.method === 'GET' && request.url === '/health') {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
      return;
    }
    answer(operations, request, response).catch((thrown: unknown) => {
      if (response.destroyed || response.headersSent) return;
      if (!(thrown instanceof SqsError)) report(thrown);
      const error = thrown instanceof SqsError ? thrown : internalFailure(thrown);
      send(response, error.status, toBody(error), {
        'x-amzn-query-error': `${error.queryCode};${error.isSenderFault ? 'Sender' : 'Receiver'}`,
        ...(error.code === 'RequestEntityTooLarge' && { connection: 'close' }),
      });
    });
  };

const internalFailure = (error: unknown) =>
  new SqsError('InternalFailure', error instanceof Error ? error.message : String(error));

const toBody = ({ code, message }: SqsError) => ({ __type: `com.amazonaws.sqs#${code}`, message });

const answer = async (
  operations: Record<string, Operation>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  if (!isSqs(request)) throw new SqsError('UnsupportedOperation', whatIsServed);
  const target = String(request.headers['x-amz-target'] ?? '');
  const name = target.startsWith(targetPrefix) ? target.slice(targetPrefix.length) : '';
  const run = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (!run)
    throw new SqsError('UnknownOperationException', `There is no operation "${target}" here.`);
  const input = parseBody(await readBody(request));
  const clientGone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) clientGone.abort();
  });
  const context = { baseUrl: `http://${request.headers.host}`, signal: clientGone.signal };
  send(response, 200, await run(input, context));
};

/** On `/`, or on the path of a queue's URL. */
const isSqs = ({ method, url = '', headers }: IncomingMessage): boolean => {
  // Not `includes`: `text/plain; of=application/…` is nothing that a page has to ask for.
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  const isPath = /^\/(\d{12}\/[\w-]+\/?)?$/.test(url);
  return method === 'POST' && isPath && type.trim().toLowerCase() === json;
};

/** By events: an async iterator costs as much as the rest of a small request. */
const readBody = (request: IncomingMessage): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= maxRequestBytes) chunks.push(chunk);
      else reject(tooLarge());
    });
    request.once('end', () => {
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    request.once('error', reject);
  });

const tooLarge = () =>
  new SqsError('RequestEntityTooLarge', `A request may have at most ${maxRequestBytes} bytes.`);

const parseBody = (body: Buffer): unknown => {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new SqsError('SerializationException', 'The body is not valid JSON.');
  }
};

const send = (
  response: ServerResponse,
  status: number,
  content: object,
  headers: Record<string, string> = {},
): void => {
  const body = JSON.stringify(content);
  response.writeHead(status, {
    'content-type': json,
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
};
