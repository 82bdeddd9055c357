import type { z } from 'zod';

export type Method = 'GET' | 'HEAD' | 'POST' | 'DELETE';

/** What a reply carries: a thing or a list in the envelope, bytes as they are, or nothing. */
export type Shape =
  | { kind: 'data'; description: string; schema: z.ZodType }
  /** A thing that shows a page of a list it holds, with `page` beside it. */
  | { kind: 'paged'; description: string; schema: z.ZodType }
  | { kind: 'list'; description: string; schema: z.ZodType }
  | { kind: 'bytes'; description: string; types: readonly string[] }
  | { kind: 'empty'; description: string };

/** A multipart form, as the OpenAPI document shows it; lib/http/multipart.ts reads it. */
export type FormShape = {
  files: string;
  /** How many it may hold; by default as many as the door takes. */
  maxFiles?: number;
  fields?: Record<string, string>;
  /** What may be sent as JSON instead. */
  orJson?: z.ZodType;
};

type Parts = {
  path?: z.ZodObject;
  query?: z.ZodObject;
  /** Names in lower case. */
  headers?: z.ZodObject;
  body?: z.ZodType;
  form?: FormShape;
};

/** One line of the API: the function, its OpenAPI page and serverless.yml are all held to it. */
export type Route = {
  /** The function's name in camelCase, and the operationId. */
  name: string;
  methods: readonly [Method, ...Method[]];
  /** The canonical path first, then those that the replaced systems had. */
  paths: readonly [`/${string}`, ...`/${string}`[]];
  /** Whether an API key is asked for. */
  private: boolean;
  tag: string;
  summary: string;
  description: string;
  /** The numeric family: [all is well, it is not]. */
  code: readonly [number, number];
  request: Parts;
  replies: Record<number, Shape>;
  /** Statuses of Problems that this route may answer beside its replies. */
  faults: readonly number[];
};

export const route = <const R extends Route>(definition: R): R => definition;

export const single = <S extends z.ZodType>(description: string, schema: S) =>
  ({ kind: 'data', description, schema }) as const;
export const list = <S extends z.ZodType>(description: string, schema: S) =>
  ({ kind: 'list', description, schema }) as const;
export const paged = <S extends z.ZodType>(description: string, schema: S) =>
  ({ kind: 'paged', description, schema }) as const;
export const bytes = (description: string, ...types: string[]) =>
  ({ kind: 'bytes', description, types }) as const;
export const empty = (description: string) => ({ kind: 'empty', description }) as const;

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

/** The body as it came, for those who read it themselves. */
export type RawBody = {
  text: string;
  isBase64Encoded: boolean;
  contentType: string | undefined;
};

export type RouteRequest<R extends Route> = {
  path: Parsed<R['request']['path']>;
  query: Parsed<R['request']['query']>;
  headers: Parsed<R['request']['headers']>;
  body: Parsed<R['request']['body']>;
  rawBody: RawBody;
  requestId: string;
  /** Where the API begins, without a slash at the end: scheme, host, and the stage if it is in the path. */
  baseUrl: string;
  /** Which API key was used, never the key itself; `anonymous` where none is asked for. */
  keyId: string;
  method: string;
  /** As it was asked for, without the query. */
  pathname: string;
};

type Headers = Record<string, string>;
export type PageInfo = { limit: number; next_cursor: string | null };
/** An answer that was rendered before, and is sent as it is. */
export type Rendered = { rendered: { status: number; headers: Headers; body: string } };

/** `failed` is for uploads that were refused *and recorded*; with `error` alone it is `error`. */
export type Extra = { headers?: Headers; error?: string; outcome?: 'failed' | 'error' };

type AnswerIn<Status, S> = S extends { kind: 'data'; schema: infer Z extends z.ZodType }
  ? { status: Status; data: z.input<Z> } & Extra
  : S extends { kind: 'list'; schema: infer Z extends z.ZodType }
    ? { status: Status; data: z.input<Z>[]; page: PageInfo } & Extra
    : S extends { kind: 'paged'; schema: infer Z extends z.ZodType }
      ? { status: Status; data: z.input<Z>; page: PageInfo } & Extra
      : S extends { kind: 'bytes' }
        ? { status: Status; bytes: Uint8Array; contentType: string; headers?: Headers }
        : { status: Status; headers?: Headers };

/** What an answer of this route may be; it is parsed on the way out, so nothing internal leaks. */
export type RouteReply<R extends Route> =
  | Rendered
  | {
      [Status in keyof R['replies'] & number]: AnswerIn<Status, R['replies'][Status]>;
    }[keyof R['replies'] & number];

/** Any answer of any route: what the edge has in hand when it renders one. */
export type Reply =
  | Rendered
  | ({ status: number; data: unknown; page?: PageInfo } & Extra)
  | { status: number; bytes: Uint8Array; contentType: string; headers?: Headers }
  | { status: number; headers?: Headers };

export const reply = <const Status extends number, Data>(
  status: Status,
  data: Data,
  extra: Extra = {},
) => ({ status, data, ...extra });

/** A thing with a page of what it holds. */
export const pagedReply = <Data>(data: Data, page: PageInfo) => ({
  status: 200 as const,
  data,
  page,
});

/** A page of a list. */
export const pageReply = <Item>(data: Item[], page: PageInfo, extra: Extra = {}) => ({
  status: 200 as const,
  data,
  page,
  ...extra,
});

export const bytesReply = <const Status extends number>(
  status: Status,
  body: Uint8Array,
  contentType: string,
  headers: Headers = {},
) => ({ status, bytes: body, contentType, headers });

export const emptyReply = <const Status extends number>(status: Status, headers: Headers = {}) => ({
  status,
  headers,
});
