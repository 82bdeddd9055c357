// The least that a server can do with an upload, in a process of its own: node:http writes what it
// is sent into a file, and answers. Its argument is the folder for the files.
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const [folder = ''] = process.argv.slice(2);

const server = createServer(async (request, response) => {
  const name = randomUUID();
  try {
    await pipeline(request, createWriteStream(join(folder, name)));
    response.writeHead(202, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 'ok', name }));
  } catch {
    response.destroy();
  }
});

process.once('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  process.send?.({ url: `http://127.0.0.1:${port}` });
});
