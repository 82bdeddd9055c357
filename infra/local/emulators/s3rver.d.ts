/** The little of s3rver 3.7.1, and of Koa beneath it, that the S3 emulator touches. */
declare module 's3rver' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
  import type { Readable } from 'node:stream';

  export type Context = {
    req: IncomingMessage;
    res: ServerResponse;
    method: string;
    /** Setting it sends the request to another route; req.url stays as it was received. */
    path: string;
    query: Record<string, string | string[] | undefined>;
    state: Record<string, unknown>;
    status: number;
    type: string;
    /** A plain object is sent as XML. */
    body: string | Readable | Record<string, unknown>;
    set(header: string, value: string): void;
  };
  export type Middleware = (context: Context, next: () => Promise<void>) => Promise<void>;

  type Options = { directory?: string; silent?: boolean; vhostBuckets?: boolean };

  export default class S3rver {
    constructor(options: Options);
    context: { store: unknown; logger: unknown };
    store: unknown;
    /** In this order: log, write XML, mount, virtual hosts, routes. */
    middleware: Middleware[];
    callback(): RequestListener;
    on(event: 'error', listener: (error: unknown) => void): this;
  }
}

declare module 's3rver/lib/models/error.js' {
  /** S3's way to say no: a code that decides the status, and a sentence. */
  export default class S3Error extends Error {
    constructor(code: string, message: string, detail?: Record<string, string | number>);
    code: string;
    status: number;
  }
}

declare module 's3rver/lib/models/object.js' {
  import type { IncomingMessage } from 'node:http';
  import type { Readable } from 'node:stream';

  export default class S3Object {
    constructor(
      bucket: string,
      key: string,
      content: Readable | null,
      metadata: Record<string, string | number>,
    );
    bucket: string;
    key: string;
    /** For a PUT, the request itself. */
    content: IncomingMessage | null;
    metadata: Record<string, string>;
    range?: { start: number; end: number };
  }
}
