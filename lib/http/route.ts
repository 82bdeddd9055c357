import type { z } from 'zod';
import type { ErrorCode } from '#lib/error-codes.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** The content of a reply: data or a list in the envelope, bytes without it, or nothing. */
export type Shape =
  | { kind: 'data'; description: string; schema: z.ZodType }
  /** Data that contains a page of a list, with `page` beside it. */
  | { kind: 'paged'; description: string; schema: z.ZodType }
  | { kind: 'list'; description: string; schema: z.ZodType }
  | { kind: 'bytes'; description: string; types: readonly string[] }
  | { kind: 'empty'; description: string };

/** A multipart form, as the OpenAPI document shows it; lib/http/multipart.ts reads it. */
export type FormShape = {
  files: string;
  /** How many files it may have; by default as many as multipart.ts accepts. */
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

/** A route of the API. The function, its OpenAPI operation and functions.yml must agree with it. */
export type Route = {
  /** The function's name in camelCase, and the operationId. */
  name: string;
  methods: readonly [Method, ...Method[]];
  paths: readonly [`/${string}`, ...`/${string}`[]];
  /** Paths of the services that Darkroom replaces; the OpenAPI document has them on request. */
  aliases?: readonly `/${string}`[];
  /** `GET /api/…`: the route of ours of which all paths of this one are aliases, in another shape. */
  aliasOf?: string;
  /** The methods that other routes have at paths of this one. */
  otherMethods?: Partial<Record<string, readonly Method[]>>;
  /** Whether an API key is required. */
  private: boolean;
  tag: string;
  summary: string;
  description: string;
  /** The codes of the envelope: [success, error]. */
  code: readonly [number, number];
  request: Parts;
  replies: Record<number, Shape>;
  /** Statuses of the Problems of this route, beside its replies. */
  faults: readonly number[];
};

/** Declares a route, with the types of its literals. */
export const route = <const R extends Route>(definition: R): R => definition;

/** Every path of a route, those of its aliases included. */
export const allPaths = ({ paths, aliases = [] }: Route): readonly string[] => [
  ...paths,
  ...aliases,
];

/** A reply with one value in the envelope. */
export const single = <S extends z.ZodType>(description: string, schema: S) =>
  ({ kind: 'data', description, schema }) as const;
/** A reply with a page of a list. */
export const list = <S extends z.ZodType>(description: string, schema: S) =>
  ({ kind: 'list', description, schema }) as const;
/** A reply with a value that contains a page of a list. */
export const paged = <S extends z.ZodType>(description: string, schema: S) =>
  ({ kind: 'paged', description, schema }) as const;
/** A reply of bytes, with its media types. */
export const bytes = (description: string, ...types: string[]) =>
  ({ kind: 'bytes', description, types }) as const;
/** A reply without a body. */
export const empty = (description: string) => ({ kind: 'empty', description }) as const;

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

/** The unparsed body, for handlers that read it themselves. */
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
  /** The base URL of the API without a trailing slash: scheme, host, and the stage if it is in the path. */
  baseUrl: string;
  /** The id of the API key, never the key itself; `anonymous` where none is required. */
  keyId: string;
  method: string;
  /** The requested path, without the query. */
  pathname: string;
};

type Headers = Record<string, string>;
export type PageInfo = { limit: number; next_cursor: string | null };
/** A reply that was rendered before, and is sent as it is. */
export type Rendered = { rendered: { status: number; headers: Headers; body: string } };

/** `failed` is for uploads that were rejected *and recorded*; with `error` alone it is `error`. */
export type Extra = {
  headers?: Headers;
  outcome?: 'failed' | 'error';
  warnings?: readonly Warning[];
} & ({ error: string; errorCode: ErrorCode } | { error?: undefined; errorCode?: undefined });

/** What was ignored in a request that succeeded otherwise. */
export type Warning = { part: string; error: string; error_code: ErrorCode };

type AnswerIn<Status, S> = S extends { kind: 'data'; schema: infer Z extends z.ZodType }
  ? { status: Status; data: z.input<Z> } & Extra
  : S extends { kind: 'list'; schema: infer Z extends z.ZodType }
    ? { status: Status; data: z.input<Z>[]; page: PageInfo } & Extra
    : S extends { kind: 'paged'; schema: infer Z extends z.ZodType }
      ? { status: Status; data: z.input<Z>; page: PageInfo } & Extra
      : S extends { kind: 'bytes' }
        ? { status: Status; bytes: Uint8Array; contentType: string; headers?: Headers }
        : { status: Status; headers?: Headers };

/** The replies of a route; each is parsed by its schema, so that nothing internal leaks. */
export type RouteReply<R extends Route> =
  | Rendered
  | {
      [Status in keyof R['replies'] & number]: AnswerIn<Status, R['replies'][Status]>;
    }[keyof R['replies'] & number];

/** Any reply of any route. */
export type Reply =
  | Rendered
  | ({ status: number; data: unknown; page?: PageInfo } & Extra)
  | { status: number; bytes: Uint8Array; contentType: string; headers?: Headers }
  | { status: number; headers?: Headers };

/** A reply with data. */
export const reply = <const Status extends number, Data>(
  status: Status,
  data: Data,
  extra: Extra = {},
) => ({ status, data, ...extra });

/** A reply with a value that contains a page of a list. */
export const pagedReply = <Data>(data: Data, page: PageInfo) => ({
  status: 200 as const,
  data,
  page,
});

/** A reply with a page of a list. */
export const pageReply = <Item>(data: Item[], page: PageInfo, extra: Extra = {}) => ({
  status: 200 as const,
  data,
  page,
  ...extra,
});

/** A reply of bytes. */
export const bytesReply = <const Status extends number>(
  status: Status,
  body: Uint8Array,
  contentType: string,
  headers: Headers = {},
) => ({ status, bytes: body, contentType, headers });

/** A reply without a body. */
export const emptyReply = <const Status extends number>(status: Status, headers: Headers = {}) => ({
  status,
  headers,
});
