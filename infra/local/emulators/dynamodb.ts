import { mkdirSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import dynalite from 'dynalite';
import { type Answer, answerOf, innerDynalite } from './dynamodb/inner-dynalite.ts';
import { tableKeys } from './dynamodb/key-names.ts';
import { readersWriterLock } from './dynamodb/readers-writer-lock.ts';
import { requestTokens } from './dynamodb/request-tokens.ts';
import { settledTable } from './dynamodb/settled-table.ts';
import { timeToLive } from './dynamodb/time-to-live.ts';
import { transactions } from './dynamodb/transactions.ts';
import { noJournal, putBack, undoJournal } from './dynamodb/undo-journal.ts';
import { closeServer, listenOnLoopback, type Running } from './loopback.ts';

export type DynamodbOptions = {
  port: number;
  /** Without one the tables live in memory. */
  folder?: string;
  /** A fault to inject: when it says true, a TransactWriteItems ends in a TransactionConflict. */
  conflict?: () => boolean;
  /** A fault to inject: called when one write of a transaction is done, and others are not yet. */
  afterWrite?: () => void;
  /** How often expired items are removed. DynamoDB itself may take two days. */
  sweepEveryMs?: number;
};

const longestBody = 16 * 1024 * 1024; // BatchWriteItem's own limit, the largest there is

/**
 * DynamoDB by dynalite, with what that lacks: TransactWriteItems and TransactGetItems, all or
 * nothing even if the process is killed, and items that expire. Rejects if the port is taken.
 */
export const startDynamodb = async (options: DynamodbOptions): Promise<Running> => {
  const { port, folder, sweepEveryMs = 60_000 } = options;
  const { conflict = () => false, afterWrite = () => {} } = options;
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const server = dynalite({
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
    ...(folder === undefined ? {} : { path: join(folder, 'items') }),
  });
  const listener = listenerOf(server);
  const ask = innerDynalite(listener);
  const keys = tableKeys(ask);
  const journal = folder === undefined ? noJournal : undoJournal(folder);
  await putBack(journal.unfinished(), ask);
  journal.clear();

  const lock = readersWriterLock();
  const items = transactions({
    ask,
    keyNamesOf: keys.of,
    journal,
    tokens: requestTokens(),
    conflict,
    afterWrite,
  });
  const ttl = timeToLive(ask, keys.of, folder && join(folder, 'time-to-live.json'));
  const ours: Record<string, (input: unknown) => Promise<Answer>> = {
    TransactWriteItems: (input) => lock.alone(() => items.write(input)),
    TransactGetItems: (input) => lock.alone(() => items.get(input)),
    UpdateTimeToLive: (input) => lock.shared(() => ttl.update(input)),
    DescribeTimeToLive: (input) => lock.shared(() => ttl.describe(input)),
  };

  let ended: Promise<void> | undefined;
  const handle: RequestListener = async (request, response) => {
    if (request.method !== 'POST') return listener(request, response); // health and preflight
    const body = await bodyOf(request);
    if (!body) return response.writeHead(413, { connection: 'close' }).end();
    if (ended) return void response.destroy(); // the store is closing, or closed

    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const own = ours[operation];
    if (own) return send(response, await own(parsed(body)));
    const changesTable = /^(Create|Update|Delete)Table$/.test(operation);
    const { status, headers, text } = await lock.shared(async () => {
      const answer = await answerOf(listener, request.headers, body);
      if (changesTable) await settledTable(ask, parsed(body));
      return answer;
    });
    if (changesTable) keys.forget();
    response.writeHead(status, headers.getHeaders()).end(text);
  };
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    Promise.resolve(handle(request, response)).catch((error) => fail(response, error));
  });

  const broom = setInterval(() => lock.shared(ttl.sweep).catch(report), sweepEveryMs).unref();
  const end = async () => {
    clearInterval(broom);
    await lock.alone(async () => {}); // dynalite throws where nobody catches if its store goes
    await closeServer(server); // dynalite closes its store with its server
    journal.close();
  };
  const stop = () => {
    ended ??= end();
    return ended;
  };
  const taken = await listenOnLoopback(server, port).catch(async (error) => {
    await listenOnLoopback(server, 0); // a server that never listened cannot close its store
    await stop();
    throw error;
  });
  return { url: `http://127.0.0.1:${taken}`, port: taken, stop };
};

// Node types a server's listeners as functions of anything; dynalite's is a request listener.
const listenerOf = (server: ReturnType<typeof dynalite>): RequestListener => {
  const listeners = server.listeners('request');
  return (request, response) => {
    for (const listen of listeners) listen(request, response);
  };
};

const bodyOf = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > longestBody) return undefined;
  }
  return Buffer.concat(chunks);
};

const parsed = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined; // refused by the operation's schema
  }
};

const send = (response: ServerResponse, { status, body }: Answer): void => {
  const text = JSON.stringify(body);
  const contentType = 'application/x-amz-json-1.0';
  const contentLength = Buffer.byteLength(text);
  response.writeHead(status, { 'content-type': contentType, 'content-length': contentLength });
  response.end(text);
};

const fail = (response: ServerResponse, error: unknown): void => {
  report(error);
  if (response.headersSent || response.destroyed) return void response.destroy();
  const type = 'com.amazonaws.dynamodb.v20120810#InternalServerError';
  send(response, { status: 500, body: { __type: type, message: 'The emulator failed.' } });
};

const report = (error: unknown): void => console.error('DynamoDB emulator:', error);
