import { createServer, type IncomingHttpHeaders } from 'node:http';

export type WebhookCall = {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** Byte for byte as it came, for verifying. */
  body: string;
};

/** `never`: takes the request and does not answer; `reset`: breaks the connection. */
export type ReceiverAnswer =
  | { status: number; headers?: Record<string, string>; body?: string }
  | 'never'
  | 'reset';

export type WebhookReceiver = {
  /** `http://127.0.0.1:<port>/webhook`; every other path is answered likewise. */
  url: string;
  /** `127.0.0.1:<port>`, as FETCH_ALLOW_HOSTS wants it. */
  host: string;
  /** Every request since the start, the newest last. */
  calls: WebhookCall[];
  /** Ends every connection, those that wait for an answer too. */
  stop(): Promise<void>;
};

/**
 * A webhook's receiver on loopback, on a free port. `answers` is asked with the number of the
 * request, from 1; by default every one gets 204.
 */
export const startWebhookReceiver = async ({
  idempotencyRecords = () => ({ status: 204 }),
  port: wishedPort = 0,
}: {
  idempotencyRecords?: (n: number) => ReceiverAnswer;
  port?: number;
} = {}): Promise<WebhookReceiver> => {
  const calls: WebhookCall[] = [];

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      calls.push({ method, path, headers, body: Buffer.concat(chunks).toString() });
      const answer = idempotencyRecords(calls.length);
      if (answer === 'never') return;
      if (answer === 'reset') {
        request.socket.resetAndDestroy();
        return;
      }
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body);
    });
  });
  await new Promise<void>((listening, refused) => {
    server.once('error', refused);
    server.listen(wishedPort, '127.0.0.1', listening);
  });
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('The receiver has no port.');
  const host = `127.0.0.1:${address.port}`;

  return {
    url: `http://${host}/webhook`,
    host,
    calls,
    stop: async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
};
