import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

export type FetchCall = { path: string; headers: IncomingHttpHeaders };

export type FetchOrigin = {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** `127.0.0.1:<port>`, as FETCH_ALLOW_HOSTS wants it. */
  host: string;
  /** Every request since the start, the newest last. */
  calls: FetchCall[];
  /** How often a path (without its query) was asked for. */
  requestsTo(path: string): number;
  /** How many connections were ever made, those without a request too. */
  connections(): number;
  /** How many requests wait for the end of their answer. */
  openNow(): number;
  /** The most requests that were open at once. */
  mostAtOnce(): number;
  /** Answers what waits at `/held`, and from now on every request there. */
  release(): void;
  /** Ends every connection, those that wait for an answer too. */
  stop(): Promise<void>;
};

/**
 * An origin on loopback, on a free port, that serves the given pictures at their paths and
 * misbehaves at others (the bytes are those of the first picture):
 *
 * | path | what it does |
 * |---|---|
 * | `/slow?ms=200` | the picture, after so many milliseconds |
 * | `/held` | the picture, as soon as the test calls `release` |
 * | `/status/404` | this status; `?retry-after=7` sends the header, `?times=2` only so often, then the picture; `?bytes=…` so long a body |
 * | `/html` | a web page, 200 |
 * | `/empty` | 200 and nothing |
 * | `/huge?bytes=…` | so many bytes, announced; `&unannounced=1`: chunked |
 * | `/gzip` | the picture, gzipped, and says so |
 * | `/gzip-lying` | says gzip, sends the picture as it is |
 * | `/cut-short` | announces 1000 bytes more than it sends, and closes |
 * | `/too-long` | announces half of the bytes that it sends |
 * | `/dripping` | a byte now and then, for ever |
 * | `/silent` | takes the request and never answers |
 * | `/resetting` | breaks the connection instead of an answer |
 * | `/garbage` | answers with something that is not HTTP |
 * | `/raw?answer=…` | answers with exactly these characters (Latin-1), and closes |
 * | `/redirect/3` | so many redirects (relative ones), then the picture |
 * | `/loop` | redirects to itself by way of `/loop-back` |
 * | `/to?url=…` | redirects there, with `&status=302` or another, after `&ms=…` if given; without a `url`: nowhere |
 */
export const startFetchOrigin = async ({
  pictures,
  port: wishedPort = 0,
}: {
  /** By path: `/a.jpg`. */
  pictures: Record<string, Uint8Array>;
  port?: number;
}): Promise<FetchOrigin> => {
  const calls: FetchCall[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let open = 0;
  let most = 0;
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const [anyPicture = new Uint8Array()] = Object.values(pictures);

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://origin');
    calls.push({ path: pathname, headers: request.headers });
    open += 1;
    most = Math.max(most, open);
    response.on('close', () => {
      open -= 1;
    });
    const picture = pictures[decodeURIComponent(pathname)];
    if (picture) return send(response, picture);
    const [name = '', argument = ''] = pathname.slice(1).split('/');
    const turn = calls.filter(({ path }) => path === pathname).length;
    const behave = behaviours[name];
    if (!behave) return end(response, 404, 'There is nothing here.');
    return behave(response, { picture: anyPicture, argument, query: searchParams, turn, released });
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((listening, refused) => {
    server.once('error', refused);
    server.listen(wishedPort, '127.0.0.1', listening);
  });
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('The origin has no port.');
  const host = `127.0.0.1:${address.port}`;

  return {
    url: `http://${host}`,
    host,
    calls,
    requestsTo: (wanted) => calls.filter(({ path }) => path === wanted).length,
    connections: () => connections,
    openNow: () => open,
    mostAtOnce: () => most,
    release,
    stop: async () => {
      const closed = new Promise((done) => server.close(done));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

type Asked = {
  picture: Uint8Array;
  /** The second part of the path. */
  argument: string;
  query: URLSearchParams;
  /** How often this path was asked for, this time included. */
  turn: number;
  /** When the test lets those go that are held. */
  released: Promise<void>;
};

const behaviours: Record<string, (response: ServerResponse, asked: Asked) => void> = {
  slow: (response, { picture, query }) => {
    const timer = setTimeout(() => send(response, picture), Number(query.get('ms') ?? 200));
    response.on('close', () => clearTimeout(timer));
  },
  held: (response, { picture, released }) => {
    released.then(() => send(response, picture));
  },
  status: (response, { picture, argument, query, turn }) => {
    if (turn > Number(query.get('times') ?? Number.POSITIVE_INFINITY))
      return send(response, picture);
    const retryAfter = query.get('retry-after');
    if (retryAfter) response.setHeader('retry-after', retryAfter);
    response.statusCode = Number(argument);
    if (query.has('bytes')) return pour(response, Number(query.get('bytes')));
    return end(response, Number(argument), `This is a ${argument}.`);
  },
  html: (response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    end(response, 200, '<!doctype html><title>Sign in</title><p>Please sign in.');
  },
  empty: (response) => end(response, 200, ''),
  huge: (response, { query }) => {
    const bytes = Number(query.get('bytes') ?? 100_000_000);
    const announced = !query.has('unannounced');
    response.writeHead(200, {
      'content-type': 'image/jpeg',
      ...(announced && { 'content-length': bytes }),
    });
    pour(response, bytes);
  },
  gzip: (response, { picture }) => {
    response.setHeader('content-encoding', 'gzip');
    send(response, gzipSync(picture));
  },
  'gzip-lying': (response, { picture }) => {
    response.setHeader('content-encoding', 'gzip');
    send(response, picture);
  },
  'cut-short': (response, { picture }) => {
    const announced = picture.length + 1000;
    response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': announced });
    response.write(picture, () => response.socket?.end());
  },
  'too-long': (response, { picture }) => {
    // node:http would not let us.
    const announced = Math.floor(picture.length / 2);
    response.socket?.write(`HTTP/1.1 200 OK\r\ncontent-length: ${announced}\r\n\r\n`);
    response.socket?.end(picture);
  },
  dripping: (response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg' });
    const drops = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(drops));
  },
  silent: () => {},
  resetting: (response) => response.socket?.resetAndDestroy(),
  raw: (response, { query }) => response.socket?.end(query.get('answer') ?? '', 'latin1'),
  garbage: (response) => response.socket?.end('220 mail.example ESMTP\r\n'),
  redirect: (response, { picture, argument }) => {
    const left = Number(argument);
    if (left === 0) return send(response, picture);
    return redirect(response, `./${left - 1}`);
  },
  loop: (response) => redirect(response, '/loop-back'),
  'loop-back': (response) => redirect(response, '/loop'),
  to: (response, { query }) => {
    const go = () =>
      redirect(response, query.get('url') ?? undefined, Number(query.get('status') ?? 302));
    const timer = setTimeout(go, Number(query.get('ms') ?? 0));
    response.on('close', () => clearTimeout(timer));
  },
};

const send = (response: ServerResponse, bytes: Uint8Array): void => {
  response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': bytes.length });
  response.end(bytes);
};

const end = (response: ServerResponse, status: number, text: string): void => {
  response.statusCode = status;
  // As bytes: node:http would write the headers in the encoding of a text.
  response.end(Buffer.from(text));
};

const redirect = (response: ServerResponse, to: string | undefined, status = 302): void => {
  // As UTF-8 on the wire, which is what careless servers send; node:http writes Latin-1.
  if (to !== undefined) response.setHeader('location', Buffer.from(to).toString('latin1'));
  end(response, status, 'Elsewhere.');
};

const pour = (response: ServerResponse, bytes: number): void => {
  if (response.destroyed) return;
  if (bytes <= 0) {
    response.end();
    return;
  }
  const size = Math.min(bytes, 65_536);
  response.write(Buffer.alloc(size), () => pour(response, bytes - size));
};
