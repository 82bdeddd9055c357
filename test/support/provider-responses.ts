import type { ServerResponse } from 'node:http';

export const sendJson = (response: ServerResponse, status: number, body: unknown): void =>
  sendBody(response, status, 'application/json', JSON.stringify(body));

export const sendBody = (
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Buffer,
): void => {
  response.writeHead(status, { 'content-type': contentType });
  response.end(body);
};

/** White space now and then, without end. */
export const drip = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const drops = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(drops));
};

/** A body without end: `start`, then `chunk` again and again, as fast as the client reads. */
export const flood = (
  response: ServerResponse,
  { contentType, start, chunk }: { contentType: string; start: string; chunk: string },
): void => {
  response.writeHead(200, { 'content-type': contentType });
  response.write(start);
  const writeMore = () => {
    if (!response.destroyed) response.write(chunk, () => setImmediate(writeMore));
  };
  writeMore();
};
