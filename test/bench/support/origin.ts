// A shop's server in its own process, so that its CPU is not counted as ours. Serves
// /photo/<anything> as a photo whose bytes differ for each path, responds to /none/<anything> with
// 404, and holds requests to /later/<anything> until it receives `open`, then responds with 404.
import { createServer } from 'node:http';
import { z } from 'zod';
import { drawnPhoto, withComment } from './photo.ts';

const photo = await drawnPhoto();
const waiting = new Set<() => void>();
let isOpen = false;

const server = createServer((request, response) => {
  const path = request.url ?? '/';
  if (path.startsWith('/photo/')) {
    const bytes = withComment(photo, path);
    response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': bytes.length });
    response.end(bytes);
    return;
  }
  const refuse = () => response.writeHead(404).end();
  if (!path.startsWith('/later/') || isOpen) return void refuse();
  waiting.add(refuse);
  response.on('close', () => waiting.delete(refuse));
});

const Open = z.object({ open: z.literal(true) });
process.on('message', (message) => {
  isOpen = Open.parse(message).open;
  for (const answer of waiting) answer();
});
process.once('disconnect', () => process.exit(0));

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  process.send?.({ url: `http://127.0.0.1:${port}`, photoBytes: photo.length });
});
