import { createServer, type RequestListener } from 'node:http';

/** Serves on a free port, sends the address to the parent process, and exits with it. */
export const serve = (listener: RequestListener): void => {
  const server = createServer(listener);
  process.once('disconnect', () => process.exit(0));
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    process.send?.({ url: `http://127.0.0.1:${port}`, pid: process.pid });
  });
};
