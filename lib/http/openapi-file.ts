import { openapiDocument } from './openapi.ts';

/** The OpenAPI document as a file to serve; it is the same for every client. */
export const openapiFile = (options: Parameters<typeof openapiDocument>[0]) => ({
  bytes: Buffer.from(JSON.stringify(openapiDocument(options))),
  type: 'application/json',
});
