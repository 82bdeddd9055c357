import type { Server } from 'node:http';

/** A server that answers on 127.0.0.1 until it is stopped; stopping twice is harmless. */
export type Running = { url: string; port: number; stop(): Promise<void> };

const loopback = '127.0.0.1';

/**
 * Listens on the loopback interface only; port 0 takes a free one. Resolves with the port, rejects
 * with the server's own error, EADDRINUSE among them.
 */
export const listenOnLoopback = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, loopback, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });

/** Ends open connections too: an SDK uses keep-alive, and close() would wait for them. */
export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
