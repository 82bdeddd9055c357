import type { IncomingHttpHeaders } from 'node:http';
import { startLoopbackServer } from './loopback-server.ts';

export type WebhookCall = {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** Byte for byte as received, for verifying. */
  body: string;
};

/** `never`: receives the request and does not answer; `reset`: breaks the connection. */
export type ReceiverAnswer =
  | { status: number; headers?: Record<string, string>; body?: string }
  | 'never'
  | 'reset';

export type WebhookReceiver = {
  /** `http://127.0.0.1:<port>/webhook`; every other path is answered the same. */
  url: string;
  /** `127.0.0.1:<port>`, as FETCH_ALLOW_HOSTS takes it. */
  host: string;
  /** Every request since the start, the newest last. */
  calls: WebhookCall[];
  /** Closes every connection, open requests included. */
  stop(): Promise<void>;
};

/**
 * A webhook receiver on loopback, on a free port. `respond` is called with the number of the request,
 * from 1; by default every request gets 204.
 */
export const startWebhookReceiver = async ({
  respond = () => ({ status: 204 }),
  port = 0,
}: {
  respond?: (n: number) => ReceiverAnswer;
  port?: number;
} = {}): Promise<WebhookReceiver> => {
  const calls: WebhookCall[] = [];

  const { url, stop } = await startLoopbackServer((request, body, response) => {
    const { method = '', url: path = '', headers } = request;
    calls.push({ method, path, headers, body: body.toString() });
    const answer = respond(calls.length);
    if (answer === 'never') return;
    if (answer === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  }, port);

  return { url: `${url}/webhook`, host: new URL(url).host, calls, stop };
};
