// The least that a server can do with an upload, in its own process: node:http writes the request
// body to a file and responds. Its argument is the folder for the files.
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
