// The least that a server can do with an upload, in a process of its own: node:http writes what it
// is sent into a file, and answers. Its argument is the folder for the files.
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { serve } from './serve.ts';

const [folder = ''] = process.argv.slice(2);

serve(async (request, response) => {
  const name = randomUUID();
  try {
    await pipeline(request, createWriteStream(join(folder, name)));
    response.writeHead(202, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 'ok', name }));
  } catch {
    response.destroy();
  }
});
