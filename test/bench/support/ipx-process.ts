// ipx, as its documentation starts it, over a folder of photos: `ipx-process.ts <folder of ipx> <photos>`
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serve } from './serve.ts';

const [installed = '', photos = ''] = process.argv.slice(2);
const entry = pathToFileURL(join(installed, 'node_modules/ipx/dist/index.mjs')).href;
const { createIPX, createIPXNodeServer, ipxFSStorage } = await import(entry);
serve(createIPXNodeServer(createIPX({ storage: ipxFSStorage({ dir: photos }) })));
