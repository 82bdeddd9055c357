import { openapiDocument } from './openapi.ts';

/** The document as a file to serve; it is made once and the same for every caller. */
export const openapiFile = (limits: Parameters<typeof openapiDocument>[0]) => ({
  bytes: Buffer.from(JSON.stringify(openapiDocument(limits))),
  type: 'application/json',
});
