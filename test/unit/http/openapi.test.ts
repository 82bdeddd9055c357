import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openapiDocument } from '#lib/http/openapi.ts';
import { allPaths, type Route } from '#lib/http/route.ts';
import { routes } from '#lib/http/routes.ts';

const Operation = z.looseObject({
  operationId: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z.array(
    z.looseObject({
      name: z.string(),
      in: z.enum(['path', 'query', 'header']),
      required: z.boolean(),
      schema: z.looseObject({}),
    }),
  ),
  requestBody: z.looseObject({ content: z.record(z.string(), z.unknown()) }).optional(),
  responses: z.record(
    z.string(),
    z.looseObject({ description: z.string().min(1), content: z.looseObject({}).optional() }),
  ),
});
const Document = z.looseObject({
  openapi: z.string(),
  servers: z.array(z.object({ url: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})) }),
});

const document = Document.parse(openapiDocument({ uploadMaxBytes: 1000, withAliases: true }));
const all = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);
const of = (path: string, method: string) => {
  const operation = document.paths[path]?.[method];
  if (!operation) throw new Error(`There is no ${method} ${path}.`);
  return operation;
};

describe('the OpenAPI document', () => {
  it('holds every path and method of every route, and nothing else', () => {
    const promised = Object.values<Route>(routes).flatMap((route) =>
      allPaths(route).flatMap((path) =>
        route.methods.map((method) => `${method.toLowerCase()} ${path.replace('+}', '}')}`),
      ),
    );
    expect(all.map(({ path, method }) => `${method} ${path}`).toSorted()).toEqual(
      promised.toSorted(),
    );
  });

  it('marks aliases, and leaves them out unless they are requested', () => {
    const ours = Document.parse(openapiDocument());
    const aliases = all.filter(({ operation }) => 'x-alias-of' in operation);

    expect(of('/api/v1/upload', 'post')).toMatchObject({ 'x-alias-of': 'POST /api/images' });
    expect(of('/api/v1/process/book', 'post')).toMatchObject({
      'x-alias-of': 'POST /api/processes/{init_id}/edits',
    });
    expect(of('/api/status/{request_id}', 'get')).toMatchObject({
      'x-alias-of': 'GET /api/batches/{request_id}',
    });
    expect(aliases.map(({ path }) => path).toSorted()).toEqual(
      Object.values<Route>(routes)
        .flatMap(({ aliasOf, paths, aliases = [] }) => (aliasOf ? paths : aliases))
        .toSorted(),
    );
    expect(Object.keys(ours.paths)).toEqual(
      Object.keys(document.paths).filter((path) => !aliases.some((alias) => alias.path === path)),
    );
    expect(Object.keys(ours.paths)).toEqual(expect.arrayContaining(['/redoc', '/docs', '/']));
  });

  it('has an example of each JSON body, which the route accepts as it is', () => {
    const examples = Object.values<Route>(routes).flatMap(({ name, request: { body, form } }) => {
      const schema = body ?? form?.orJson;
      if (!schema) return [];
      const required = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
      const { examples } = z.globalRegistry.get(required as z.ZodType) ?? {};
      const example = Array.isArray(examples) ? examples[0] : undefined;
      return [{ name, result: schema.safeParse(example), example }];
    });
    expect(examples.length).toBeGreaterThan(8);
    for (const { name, result, example } of examples) {
      expect(example, name).toBeDefined();
      expect(result.error, name).toBeUndefined();
      expect(JSON.stringify(document), name).toContain(`"examples":[${JSON.stringify(example)}`);
    }
  });

  it('gives each operation a unique id', () => {
    const ids = all.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has no dangling references and no unused schemas', () => {
    const text = JSON.stringify(document);
    const pointers = new Set([...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, to]) => to ?? ''));
    const at = (pointer: string) =>
      pointer
        .split('/')
        .reduce<unknown>(
          (part, key) => (part as Record<string, unknown> | undefined)?.[key],
          document,
        );
    for (const pointer of pointers) expect(at(pointer), pointer).toBeDefined();
    for (const name of Object.keys(document.components.schemas))
      expect(pointers, name).toContain(`components/schemas/${name}`);
    expect(text).not.toContain('$defs');
  });

  it('requires a key exactly where the routes do', () => {
    for (const { operation } of all) {
      const { private: isPrivate = false, faults = [] } =
        Object.values<Route>(routes).find(({ name }) => operation.operationId.startsWith(name)) ??
        {};
      expect(operation.security, operation.operationId).toEqual(isPrivate ? [{ ApiKey: [] }] : []);
      const isRefused = isPrivate || faults.includes(403); // a link that is not valid
      expect('403' in operation.responses, operation.operationId).toBe(isRefused);
    }
  });

  it('names every parameter of every path, as required', () => {
    for (const { path, operation } of all) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const parameters = operation.parameters.filter((parameter) => parameter.in === 'path');
      expect(parameters.map(({ name }) => name)).toEqual(named);
      expect(parameters.every(({ required }) => required)).toBe(true);
    }
  });

  it('declares the query parameters that the endpoint accepts', () => {
    expect(of('/api/images', 'get').parameters).toContainEqual({
      name: 'limit',
      in: 'query',
      required: false,
      description: 'at most so many; a page may be short',
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
    });
  });

  it('declares 400 to 504 for an upload, and both kinds of 422', () => {
    const { responses, requestBody } = of('/api/images', 'post');
    expect(Object.keys(responses)).toEqual([
      '202',
      '400',
      '403',
      '405',
      '409',
      '413',
      '415',
      '422',
      '429',
      '500',
      '504',
    ]);
    expect(JSON.stringify(responses['422'])).toContain('#/components/schemas/Error');
    expect(JSON.stringify(responses['422'])).toContain('#/components/schemas/Image');
    expect(requestBody?.content).toHaveProperty('multipart/form-data');
  });

  it('declares no body for HEAD', () => {
    const { responses } = of('/api/images/{image_id}/thumbnails/{size}', 'head');
    expect(Object.values(responses).every(({ content }) => content === undefined)).toBe(true);
  });

  it('allows no more bytes than an upload may have', () => {
    expect(document.components.schemas['UploadRequest']).toMatchObject({
      properties: { size_bytes: { minimum: 1, maximum: 1000 } },
    });
  });

  it('works under any prefix', () => {
    expect(document.servers.map(({ url }) => url)).toEqual(['.']);
  });
});
