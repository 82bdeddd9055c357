import { z } from 'zod';
import { version } from '#lib/version.ts';
import { ErrorCodeView } from './error-code-view.ts';
import { errorSchema, openapiResponses, sharedHeaders } from './openapi-responses.ts';
import { type Json, jsonSchema, type Schemas } from './openapi-schemas.ts';
import { openapiWebhooks } from './openapi-webhooks.ts';
import { optionalBody } from './request.ts';
import { allPaths, type Method, type Route } from './route.ts';
import { routes } from './routes.ts';

type Options = {
  uploadMaxBytes?: number | undefined;
  /** Whether it has the paths of the services that Darkroom replaces, too. */
  withAliases?: boolean;
};

/** The OpenAPI 3.1 document of every route. The server URL is relative to the document's own. */
export const openapiDocument = ({ uploadMaxBytes, withAliases = false }: Options = {}): Json => {
  const schemas: Schemas = { Error: errorSchema };
  jsonSchema(ErrorCodeView, schemas);
  const paths: Record<string, Json> = {};
  for (const route of Object.values<Route>(routes))
    for (const [place, path] of (withAliases ? allPaths(route) : ownPaths(route)).entries())
      for (const method of route.methods) {
        const shown = path.replaceAll('+}', '}');
        paths[shown] = {
          ...paths[shown],
          [method.toLowerCase()]: toOperation(route, method, path, place, schemas),
        };
      }
  if (uploadMaxBytes) boundUploads(schemas, uploadMaxBytes);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Darkroom',
      version,
      description:
        'Upload a picture and get its thumbnails, EXIF data, caption and record. Every JSON response is `{ status, code, data, error }`; HTTP status codes have their usual meaning. A failure also has `error_code`, a stable word for programs (schema `ErrorCode`), and `fields` where fields or parameters are at fault.',
      contact: { name: 'The operator of this Darkroom' },
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '.', description: 'where this document was loaded from' }],
    tags: tags.map(([name, description]) => ({ name, description })),
    paths,
    webhooks: openapiWebhooks(schemas),
    components: {
      schemas,
      securitySchemes: {
        ApiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
      headers: sharedHeaders,
    },
  };
};

const tags = [
  ['Images', 'Pictures: upload, read, delete, retry'],
  ['Delivery', 'Pictures for pages, shops and spreadsheets; no key is required'],
  ['Batches', 'CSVs of product images: start, progress, results'],
  ['Edits', 'AI edits as background jobs: processes, edits, status'],
  ['Cache', 'The store of processes'],
  ['Events', 'What happened to images, batches and edits'],
  ['Webhooks', 'Receivers of events: subscribe, list, test, delete'],
  ['Stats', 'Counters'],
  ['Site', 'Welcome, health and documentation; no key is required'],
] as const;

const ownPaths = ({ aliasOf, paths }: Route): readonly string[] => (aliasOf ? [] : paths);

const toOperation = (
  route: Route,
  method: Method,
  path: string,
  place: number,
  schemas: Schemas,
): Json => {
  const { name, tag, summary, description, request } = route;
  const suffix = `${method === route.methods[0] ? '' : 'Head'}${place ? `Alias${place}` : ''}`;
  const isAlias = place >= ownPaths(route).length;
  return {
    operationId: `${name}${suffix}`,
    tags: [tag],
    summary: isAlias ? `${summary} (alias)` : summary,
    description,
    ...(isAlias && { 'x-alias-of': route.aliasOf ?? `${method} ${route.paths[0]}` }),
    security: route.private ? [{ ApiKey: [] }] : [],
    parameters: [
      ...parametersIn('path', request.path, (key) => path.includes(`{${key}`)),
      ...parametersIn('query', request.query, () => true),
      // OpenAPI ignores a parameter `Accept`: the media types of the responses say it.
      ...parametersIn('header', request.headers, (key) => !key.startsWith('accept')),
      requestIdParameter,
    ],
    ...toRequestBody(route, schemas),
    responses: openapiResponses(route, method, schemas),
  };
};

const requestIdParameter = {
  name: 'x-request-id',
  in: 'header',
  required: false,
  description: 'Returned, and in every log line about this request.',
  schema: { type: 'string' },
};

const parametersIn = (
  place: 'path' | 'query' | 'header',
  schema: z.ZodObject | undefined,
  isShown: (key: string) => boolean,
): Json[] =>
  Object.entries(schema?.shape ?? {})
    .filter(([key]) => isShown(key))
    .map(([key, part]) => {
      const { description, ...rest } = jsonSchema(part, {});
      const required = place === 'path' || !z.safeParse(part, undefined).success;
      return {
        name: key,
        in: place,
        required,
        ...(description ? { description } : {}),
        schema: rest,
      };
    });

const toRequestBody = ({ request }: Route, schemas: Schemas): Json => {
  if (request.form) {
    const { files, maxFiles = 20, fields = {}, orJson } = request.form;
    const properties = {
      file: {
        type: 'array',
        items: { type: 'string', format: 'binary' },
        minItems: 1,
        maxItems: maxFiles,
        description: files,
      },
      ...Object.fromEntries(
        Object.entries(fields).map(([key, description]) => [key, { type: 'string', description }]),
      ),
    };
    const schema = { type: 'object', properties, required: ['file'] };
    const content = {
      'multipart/form-data': { schema },
      ...(orJson && { 'application/json': { schema: jsonSchema(orJson, schemas, 'input') } }),
    };
    return { requestBody: { required: true, content } };
  }
  if (!request.body) return {};
  const schema = jsonSchema(request.body, schemas, 'input');
  const required = !optionalBody(request.body);
  return { requestBody: { required, content: { 'application/json': { schema } } } };
};

/** So that the document allows what the endpoint accepts. */
const boundUploads = (schemas: Schemas, uploadMaxBytes: number): void => {
  const body = schemas['UploadRequest'] as { properties: { size_bytes: Json } };
  body.properties.size_bytes = {
    ...body.properties.size_bytes,
    minimum: 1,
    maximum: uploadMaxBytes,
  };
};
