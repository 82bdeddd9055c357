import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

type Handler = (request: IncomingMessage, body: Buffer, response: ServerResponse) => unknown;

/**
 * An HTTP server on 127.0.0.1, by default on a free port. `handle` receives each request with its
 * whole body; a request whose client disconnects early is dropped. `stop` closes every connection,
 * open requests included.
 */
export const startLoopbackServer = async (
  handle: Handler,
  port = 0,
): Promise<{ url: string; stop: () => Promise<void> }> => {
  const server = createServer(async (request, response) => {
    const body = await buffer(request).catch(() => undefined);
    if (body) handle(request, body, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('The server has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
};
