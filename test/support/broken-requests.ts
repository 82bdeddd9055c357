import type { z } from 'zod';
import { type Json, jsonSchema, type Schemas } from '#lib/http/openapi-schemas.ts';
import { allPaths, type Route } from '#lib/http/route.ts';

/** One request that must be refused, or at least never break anything. */
export type BrokenRequest = {
  method: string;
  path: string;
  body?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
};
type BrokenBody = Pick<BrokenRequest, 'body' | 'headers'>;

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Ids that are well formed, of nothing that exists. */
const unknown: Record<string, string> = {
  image_id: 'a'.repeat(26),
  request_id: '0b9f4c52-7f36-4b6f-9a3c-2f8d6f5a1f1e',
  webhook_id: '7c1e7d1c-5d0a-4f2e-8d0b-6a3f0c9d2b11',
  init_id: '042-2f1c7a52-6f0e-4b62-9d5e-0b8a4d1f7c33',
  filename: `${'a'.repeat(26)}.jpg`,
};

/** Whatever may be wrong with a request to a route: its method, ids, parameters, headers and body. */
export const brokenRequests = (route: Route): BrokenRequest[] => {
  const [canonical] = route.paths;
  const atEveryPath = allPaths(route).flatMap((pattern) => [
    ...methods.map((method) => ({ method, path: fill(pattern) })),
    ...route.methods.flatMap((method) => wrongIds(pattern).map((path) => ({ method, path }))),
  ]);
  // An alias is the same function, so what it reads is tried at one path only.
  const path = fill(canonical);
  const atCanonicalPath = route.methods.flatMap((method) => [
    ...wrongQueries(route).map((query) => ({ method, path: `${path}?${query}` })),
    ...wrongHeaders(route).map((headers) => ({ method, path, headers })),
    ...wrongBodies(route).map((body) => ({ method, path, ...body })),
  ]);
  return [...atEveryPath, ...atCanonicalPath];
};

const fill = (pattern: string, given: Record<string, string> = {}): string =>
  pattern.replaceAll(/\{(\w+)\+?\}/g, (_, name) => given[name] ?? unknown[name] ?? 'unknown');

const wrongIds = (pattern: string): string[] =>
  [...pattern.matchAll(/\{(\w+)\+?\}/g)].flatMap(([, name = '']) =>
    ['~', 'x'.repeat(3000), '%C3%BC', '%00', '%22%27%3Cb%3E', '__proto__'].map((value) =>
      fill(pattern, { [name]: value }),
    ),
  );

const wrongQueries = ({ request }: Route): string[] => [
  'nonsense=1',
  'nonsense=1&nonsense=2&%22=%0A',
  '__proto__=1&constructor=2',
  ...Object.keys(request.query?.shape ?? {}).flatMap((name) => [
    `${name}=`,
    `${name}=%0A`,
    `${name}=-1`,
    `${name}=%00%C3%BC`,
    `${name}=${'x'.repeat(2000)}`,
    `${name}=a&${name}=b`,
    `${name}%5B%5D=a`,
  ]),
];

/** What a route reads of its headers, and what none may stumble over. */
const wrongHeaders = ({ name, request }: Route): Record<string, string>[] => [
  // Gateways look at it too, to tell whether a body is binary.
  ...(name === 'deliverImage' ? [{ accept: ';;q=x, */' }] : []),
  { 'x-request-id': 'x'.repeat(3000), traceparent: '00-zz' },
  ...Object.keys(request.headers?.shape ?? {}).flatMap((name) =>
    ['"', 'a b', 'x'.repeat(3000)].map((value) => ({ [name]: value })),
  ),
];

const json = { 'content-type': 'application/json' };
const multipart = { 'content-type': 'multipart/form-data; boundary=b' };
const formOf = (...parts: string[]) =>
  `${parts.map((part) => `--b\r\nContent-Disposition: form-data; ${part}\r\n`).join('')}--b--\r\n`;

const wrongJson = [
  ...['', ' ', '{', '[]', 'null', '"x"', '1e999', '{}', '{"":null}', '{"__proto__":{"x":1}}'],
  '['.repeat(5000),
  `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
];
const wrongTypes: Record<string, string>[] = [
  {},
  { 'content-type': 'application/xml' },
  { 'content-type': '/;;' },
];

const wrongBodies = ({ request: { body, form } }: Route): BrokenBody[] => {
  const schema = body ?? form?.orJson;
  const fields = schema ? wrongFields(schema) : [];
  const inJson = [...wrongJson, ...fields, Buffer.from('{"x":"\xff"}', 'latin1')];
  return [
    ...(schema || form ? inJson : []).map((text) => ({ body: text, headers: json })),
    ...(schema || form ? wrongTypes : []).map((headers) => ({ body: '{"x":', headers })),
    ...(form ? wrongForms() : []),
  ];
};

const wrongForms = (): BrokenBody[] => [
  ...[
    '',
    'x',
    '--b',
    '--b--\r\n',
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a',
    '--b\r\n\r\nx\r\n--b--\r\n',
    formOf('name="note"\r\n\r\nx'),
    formOf('name="file"\r\n\r\nx'),
    formOf(...Array.from({ length: 1200 }, (_, n) => `name="note${n}"\r\n\r\nx`)),
  ].map((body) => ({ body, headers: multipart })),
  { body: formOf(), headers: { 'content-type': 'multipart/form-data' } },
  {
    body: formOf(),
    headers: { 'content-type': `multipart/form-data; boundary=${'b'.repeat(500)}` },
  },
];

/** Each field by itself, of wrong types and with texts that no field takes. */
const wrongFields = (schema: z.ZodType): string[] =>
  fieldNames(schema).flatMap((name) =>
    [{}, [], null, -1, '', ' \u0000', '\ud800', 'x'.repeat(5000)].map((value) =>
      JSON.stringify({ [name]: value }),
    ),
  );

const fieldNames = (schema: z.ZodType): string[] => {
  const schemas: Schemas = {};
  const part = jsonSchema(schema, schemas, 'input');
  const name =
    String(part['$ref'] ?? '')
      .split('/')
      .at(-1) ?? '';
  const { properties, anyOf = [] } = (schemas[name] ?? part) as {
    properties?: Json;
    anyOf?: Json[];
  };
  return [properties, ...anyOf.map((one) => one['properties'])].flatMap((one) =>
    Object.keys(one ?? {}),
  );
};
