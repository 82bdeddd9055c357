import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isHostAllowed } from './host-guard.ts';

export type RunningServer = { url: string; port: number; stop(): Promise<void> };

export type ListenOptions = {
  /** 0 picks a free one. */
  port: number;
  /** The address to bind to; 127.0.0.1 by default. */
  host?: string | undefined;
};

const headersTimeoutMs = 60_000;
const requestTimeoutMs = 15 * 60_000; // for a slow upload; 0 would switch the headers timeout off too

/**
 * Serves HTTP on one port. A request whose `Host` is not this machine is refused with 403 before
 * `serve` sees it, so that no web page reaches the port by DNS rebinding. Rejects with Node's error
 * (`EADDRINUSE`, `EACCES`) where the port cannot be had.
 */
export const listen = (serve: RequestListener, options: ListenOptions): Promise<RunningServer> => {
  const { port, host = '127.0.0.1' } = options;
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: 65_000,
    },
    (request, response) => {
      if (isHostAllowed(request.headers.host, host)) return serve(request, response);
      response.writeHead(403, { 'content-type': 'text/plain' });
      response.end('This port answers requests for this machine only: check the Host header.\n');
    },
  );
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const { port: bound } = server.address() as AddressInfo;
      resolve({ url: `http://127.0.0.1:${bound}`, port: bound, stop });
    });
  });
};
