import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { startBroom } from './dynamodb/broom.ts';
import { type Answer, innerDynalite } from './dynamodb/inner-dynalite.ts';
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
  const inner = await innerDynalite(folder && join(folder, 'items'));
  const { ask, knows, refuseWrites, close } = inner;
  const keys = tableKeys(ask);
  const journal = folder === undefined ? noJournal : undoJournal(folder);
  await putBack(journal.unfinished(), ask);
  journal.clear();

  const lock = readersWriterLock();
  const items = transactions({
    ask,
    keyNamesOf: keys.of,
    journal,
    refuseWrites,
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
    if (request.method === 'GET') return void response.end('healthy: the embedded DynamoDB');
    const body = await bodyOf(request);
    if (!body) return response.writeHead(413, { connection: 'close' }).end();
    if (ended) return void response.destroy(); // the store is closing, or closed

    const { authorization = '', 'x-amz-target': target } = request.headers;
    const operation = String(target).split('.')[1] ?? '';
    const own = ours[operation];
    if (request.method !== 'POST' || (!own && !knows(operation)))
      return send(response, refused('com.amazon.coral.service#UnknownOperationException'));
    if (!authorization.startsWith('AWS4-'))
      return send(
        response,
        refused('com.amazon.coral.service#MissingAuthenticationTokenException'),
      );
    const input = parsed(body);
    if (input === undefined)
      return send(response, refused('com.amazon.coral.service#SerializationException'));
    if (own) return send(response, await own(input));
    const changesTable = /^(Create|Update|Delete)Table$/.test(operation);
    const answer = await lock.shared(async () => {
      const given = await ask(operation, input);
      if (changesTable) await settledTable(ask, input);
      return given;
    });
    if (changesTable) keys.forget();
    send(response, answer);
  };
  const server = createServer((request, response) => {
    Promise.resolve(handle(request, response)).catch((error) => fail(response, error));
  });

  const { sweep } = ttl;
  const broom = startBroom({ sweep, step: lock.shared, everyMs: sweepEveryMs, report });
  const end = async () => {
    broom.stop();
    await lock.alone(async () => {}); // dynalite throws where nobody catches if its store goes
    await closeServer(server);
    await close();
    journal.close();
  };
  const stop = () => {
    ended ??= end();
    return ended;
  };
  const taken = await listenOnLoopback(server, port).catch(async (error) => {
    await stop();
    throw error;
  });
  return { url: `http://127.0.0.1:${taken}`, port: taken, stop };
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
    return undefined;
  }
};

const send = (response: ServerResponse, { status, body }: Answer): void => {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(text),
    'x-amz-crc32': crc32(text),
    'x-amzn-requestid': randomUUID(),
  });
  response.end(text);
};

const refused = (type: string): Answer => ({ status: 400, body: { __type: type } });

const fail = (response: ServerResponse, error: unknown): void => {
  report(error);
  if (response.headersSent || response.destroyed) return void response.destroy();
  const type = 'com.amazonaws.dynamodb.v20120810#InternalServerError';
  send(response, { status: 500, body: { __type: type, message: 'The emulator failed.' } });
};

const report = (error: unknown): void => console.error('DynamoDB emulator:', error);
