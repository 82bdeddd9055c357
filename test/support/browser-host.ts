import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { showDocs, showFile } from '#functions/site/pages/pages.ts';
import { Problem } from '#lib/problem.ts';
import { freePorts } from './embedded-stack.ts';

export type PageRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  /** JSON, parsed; undefined for other requests. */
  json?: unknown;
};
/** An envelope's data, a refusal, bytes; a line that breaks, or one on which nothing comes. */
export type Answer =
  | { data: unknown; next?: string | null; status?: number }
  | { error: string; status: number; data?: unknown }
  | { bytes: Buffer; type: string; status?: number }
  | 'breaks'
  | 'waits';

/**
 * The real pages before an API that answers whatever a test says: for states that would take a real
 * one hours, or thousands of pictures, to get into.
 */
export const startPageHost = async (answer: (request: PageRequest) => Answer) => {
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}/`;
  let current = answer;
  const server = createServer(async (incoming, outgoing) => {
    const { method = 'GET', url: path = '/', headers } = incoming;
    const { pathname, searchParams } = new URL(path, url);
    if (!/^\/(api|i)\//.test(pathname)) {
      const shown = await fileAt(pathname).catch((error: unknown) => {
        if (error instanceof Problem) return undefined;
        throw error;
      });
      if (!shown) {
        outgoing.writeHead(404).end();
        return;
      }
      outgoing.writeHead(200, { 'content-type': shown.type, ...shown.headers }).end(shown.bytes);
      return;
    }
    const isJson = headers['content-type'] === 'application/json';
    const json = isJson ? JSON.parse(await text(incoming)) : undefined;
    const result = current({ method, path: pathname.slice(1), query: searchParams, json });
    if (result === 'waits') return;
    if (result === 'breaks') {
      outgoing.destroy();
      return;
    }
    if ('bytes' in result) {
      outgoing.writeHead(result.status ?? 200, { 'content-type': result.type }).end(result.bytes);
      return;
    }
    const envelope =
      'error' in result
        ? { status: 'error', code: 1001, data: result.data ?? null, error: result.error }
        : {
            status: 'success',
            code: 1000,
            data: result.data,
            error: null,
            page: { limit: 50, next_cursor: result.next ?? null },
          };
    outgoing
      .writeHead(result.status ?? 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(envelope));
  });
  const fileAt = (pathname: string) => {
    if (pathname === '/docs' || pathname === '/redoc') return showDocs(pathname);
    const name = pathname === '/' ? undefined : pathname.replace('/assets/', '');
    return showFile(name, { store: async () => url.slice(0, -1) });
  };
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url,
    answerWith: (other: typeof answer) => {
      current = other;
    },
    /** Ends requests that wait for their answer, as a server does that ends. */
    endConnections: () => server.closeAllConnections(),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
