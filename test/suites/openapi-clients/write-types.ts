// Writes api.ts from openapi.json; bytes are a Blob, as https://openapi-ts.dev/node shows.
import { writeFileSync } from 'node:fs';
import openapiTypescript, { astToString } from 'openapi-typescript';
import ts from 'typescript';

const Blob = ts.factory.createTypeReferenceNode('Blob');
const types = await openapiTypescript(new URL('openapi.json', import.meta.url), {
  transform: ({ format }) => (format === 'binary' ? Blob : undefined),
});
writeFileSync(new URL('api.ts', import.meta.url), astToString(types));
