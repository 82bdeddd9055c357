import { queuedImage } from './openapi-examples.ts';
import { type Json, jsonSchema, type Schemas } from './openapi-schemas.ts';
import type { Method, Route, Shape } from './route.ts';

/** Every status that an operation may respond with, and its content. */
export const openapiResponses = (route: Route, method: Method, schemas: Schemas): Json => {
  const faults = [...new Set([...route.faults, ...everyFault(route)])];
  const own = Object.entries(route.replies).map(([status, shape]) => [
    status,
    toResponse(route, Number(status), shape, faults.includes(Number(status)), schemas),
  ]);
  const faultResponses = faults
    .filter((status) => !route.replies[status])
    .map((status) => [String(status), faultResponse(status)]);
  const responses: Record<string, Json> = Object.fromEntries([...own, ...faultResponses]);
  if (method !== 'HEAD') return responses;
  return Object.fromEntries(
    Object.entries(responses).map(([status, { content: _, ...rest }]) => [status, rest]),
  );
};

/** The errors of any request, from us or from API Gateway. */
const everyFault = ({ private: isPrivate }: Route): number[] => [
  400,
  ...(isPrivate ? [403] : []),
  405,
  429,
  500,
  504,
];

const toResponse = (
  route: Route,
  status: number,
  shape: Shape,
  mayBeFault: boolean,
  schemas: Schemas,
): Json => {
  const { description } = shape;
  const headers = toHeaders(route, status);
  if (shape.kind === 'empty') return { description, headers };
  if (shape.kind === 'bytes') {
    const content = Object.fromEntries(shape.types.map((type) => [type, toMediaType(type)]));
    return { description, headers, content };
  }
  const data = jsonSchema(shape.schema, schemas);
  const schema = toEnvelope(route, shape.kind === 'list' ? { type: 'array', items: data } : data, {
    hasPage: shape.kind !== 'data',
  });
  const either = mayBeFault ? { anyOf: [schema, { $ref: '#/components/schemas/Error' }] } : schema;
  const example = findExample(route, status);
  return {
    description,
    headers,
    content: { 'application/json': { schema: either, ...(example && { example }) } },
  };
};

const toMediaType = (type: string): Json => {
  if (type === 'application/json') return { schema: { type: 'object' } };
  return type.startsWith('text/') ? { schema: { type: 'string' } } : {};
};

const toEnvelope = (
  { code, request }: Route,
  data: Json,
  { hasPage }: { hasPage: boolean },
): Json => ({
  type: 'object',
  properties: {
    status: { type: 'string', enum: ['success', 'failed', 'error'] },
    code: { type: 'integer', enum: [...code] },
    data,
    ...(hasPage && { page: pageSchema }),
    error: { type: ['string', 'null'] },
    error_code: errorCodeRef,
    ...(request.form && { warnings: warningsSchema }),
  },
  required: ['status', 'code', 'data', ...(hasPage ? ['page'] : []), 'error'],
  additionalProperties: false,
});

const pageSchema = {
  type: 'object',
  properties: { limit: { type: 'integer' }, next_cursor: { type: ['string', 'null'] } },
  required: ['limit', 'next_cursor'],
  additionalProperties: false,
};

const errorCodeRef = { $ref: '#/components/schemas/ErrorCode' };

const warningsSchema = {
  type: 'array',
  description: 'parts of the form that were not read',
  items: {
    type: 'object',
    properties: { part: { type: 'string' }, error: { type: 'string' }, error_code: errorCodeRef },
    required: ['part', 'error', 'error_code'],
    additionalProperties: false,
  },
};

const fieldsSchema = {
  type: 'array',
  description: 'what is wrong with fields of the body, parameters or headers, each by its name',
  items: {
    type: 'object',
    properties: { field: { type: 'string' }, error: { type: 'string' } },
    required: ['field', 'error'],
    additionalProperties: false,
  },
};

export const errorSchema = {
  type: 'object',
  description: 'What went wrong, in one sentence to act on',
  properties: {
    status: { const: 'error' },
    code: { type: 'integer' },
    data: { type: 'null' },
    error: { type: 'string' },
    error_code: errorCodeRef,
    fields: fieldsSchema,
  },
  required: ['status', 'code', 'data', 'error', 'error_code'],
  additionalProperties: false,
  examples: [
    {
      status: 'error',
      code: 2001,
      data: null,
      error: 'Image not found',
      error_code: 'image_not_found',
    },
  ],
};

const faultDescriptions: Record<number, string> = {
  400: 'Malformed: JSON, a parameter, an unknown parameter, a cursor, a form without a file',
  403: 'No API key, or a wrong one',
  404: 'Not found, or not yet',
  405: 'The path has other methods, which `Allow` lists',
  409: 'Not now',
  413: 'Too many bytes',
  415: 'Unsupported type',
  422: 'A supported type with wrong contents',
  429: 'Too many requests',
  500: 'Internal error',
  504: 'Timeout',
};

const faultResponse = (status: number): Json => ({
  description: faultDescriptions[status] ?? 'An error',
  headers: {
    ...headerRefs('x-request-id'),
    ...([404, 409, 429].includes(status) && headerRefs('Retry-After')),
    ...(status === 405 && headerRefs('Allow')),
  },
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
});

const toHeaders = ({ request }: Route, status: number): Json => ({
  ...headerRefs('x-request-id'),
  ...(status === 302 && headerRefs('Location')),
  ...('if-none-match' in (request.headers?.shape ?? {}) &&
    [200, 304].includes(status) &&
    headerRefs('ETag')),
  ...('idempotency-key' in (request.headers?.shape ?? {}) && headerRefs('Idempotency-Replayed')),
});

const headerRefs = (name: string): Json => ({ [name]: { $ref: `#/components/headers/${name}` } });

export const sharedHeaders = {
  Allow: { description: 'The methods of this path', schema: { type: 'string' } },
  'x-request-id': { description: 'The id of this request', schema: { type: 'string' } },
  ETag: { description: 'Identifies these bytes, for `If-None-Match`', schema: { type: 'string' } },
  Location: { description: 'Where it is', schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds', schema: { type: 'integer', minimum: 0 } },
  'Idempotency-Replayed': {
    description: '`true` where this is the first response, sent again',
    schema: { type: 'string', enum: ['true'] },
  },
};

const findExample = ({ name, code }: Route, status: number): Json | undefined =>
  name === 'uploadImage' && status === 202
    ? { status: 'success', code: code[0], data: queuedImage, error: null }
    : undefined;
