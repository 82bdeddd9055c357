import { openapiDocument } from './openapi.ts';

/** The OpenAPI document as a file to serve; it is the same for every client. */
export const openapiFile = (limits: Parameters<typeof openapiDocument>[0]) => ({
  bytes: Buffer.from(JSON.stringify(openapiDocument(limits))),
  type: 'application/json',
});
