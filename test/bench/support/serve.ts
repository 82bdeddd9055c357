import { createServer, type RequestListener } from 'node:http';

/** Serves on a free port, tells its address to the bench that forked this process, ends with it. */
export const serve = (listener: RequestListener): void => {
  const server = createServer(listener);
  process.once('disconnect', () => process.exit(0));
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    process.send?.({ url: `http://127.0.0.1:${port}`, pid: process.pid });
  });
};
