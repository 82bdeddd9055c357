import { z } from 'zod';
import type { Route } from '#lib/http/route.ts';

/** One request that must be refused, or at least never break anything. */
export type BrokenRequest = {
  method: string;
  path: string;
  body?: string | Uint8Array<ArrayBuffer>;
  contentType?: string;
};

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Ids that are well formed, of nothing that exists. */
const unknown: Record<string, string> = {
  image_id: 'a'.repeat(26),
  request_id: '0b9f4c52-7f36-4b6f-9a3c-2f8d6f5a1f1e',
  filename: `${'a'.repeat(26)}.jpg`,
};

/** Whatever may be wrong with a request to a route: its method, ids, parameters and body. */
export const brokenRequests = (route: Route): BrokenRequest[] =>
  route.paths.flatMap((pattern) => {
    const path = fill(pattern);
    const own = route.methods.flatMap((method) => [
      ...wrongIds(pattern).map((wrong) => ({ method, path: wrong })),
      ...wrongQueries(route).map((query) => ({ method, path: `${path}?${query}` })),
      ...wrongBodies(route).map((body) => ({ method, path, ...body })),
    ]);
    return [...methods.map((method) => ({ method, path })), ...own];
  });

const fill = (pattern: string, given: Record<string, string> = {}): string =>
  pattern.replaceAll(/\{(\w+)\+?\}/g, (_, name) => given[name] ?? unknown[name] ?? 'unknown');

const wrongIds = (pattern: string): string[] =>
  [...pattern.matchAll(/\{(\w+)\+?\}/g)].flatMap(([, name = '']) =>
    ['~', 'x'.repeat(3000), '%C3%BC'].map((value) => fill(pattern, { [name]: value })),
  );

const wrongQueries = ({ request }: Route): string[] => [
  'nonsense=1',
  'nonsense=1&nonsense=2&%22=%0A',
  ...Object.keys(request.query?.shape ?? {}).flatMap((name) => [
    `${name}=%0A`,
    `${name}=${'x'.repeat(2000)}`,
    `${name}=a&${name}=b`,
  ]),
];

const json = 'application/json';
const multipart = 'multipart/form-data; boundary=b';
const multipartBody = (...parts: string[]) =>
  `${parts.map((part) => `--b\r\nContent-Disposition: form-data; ${part}\r\n`).join('')}--b--\r\n`;

const wrongBodies = ({
  request: { body, form },
}: Route): Omit<BrokenRequest, 'method' | 'path'>[] => {
  const schema = body ?? form?.orJson;
  const texts = ['', '{', '[]', 'null', '"x"', '{}', ...(schema ? wrongFields(schema) : [])];
  const forms = [
    '',
    'x',
    multipartBody('name="note"\r\n\r\nx'),
    multipartBody('name="file"\r\n\r\nx'),
  ];
  return [
    ...(schema || form ? texts : []).map((text) => ({ body: text, contentType: json })),
    ...(schema ? [{ body: Buffer.from('{"x":"\xff"}', 'latin1'), contentType: json }] : []),
    ...(form ? forms : []).map((text) => ({ body: text, contentType: multipart })),
    ...(form ? [{ body: multipartBody(), contentType: 'multipart/form-data' }] : []),
  ];
};

/** Each field by itself, of a wrong type and much too long. */
const wrongFields = (schema: z.ZodType): string[] => {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
  return Object.keys(properties).flatMap((name) =>
    [{}, 'x'.repeat(5000), -1].map((value) => JSON.stringify({ [name]: value })),
  );
};
