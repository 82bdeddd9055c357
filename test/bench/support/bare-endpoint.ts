// The least that an HTTP endpoint in front of an object store can do with an upload, in its own
// process: node:http reads the form, names the picture by the SHA-256 of its bytes and forwards it.
// Its argument is the store's address.
import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';
import { buffer, text } from 'node:stream/consumers';
import { serve } from './serve.ts';

const [store = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });

serve(async (incoming, response) => {
  try {
    const form = await buffer(incoming);
    const picture = form.subarray(
      form.indexOf('\r\n\r\n') + 4,
      form.lastIndexOf('\r\n--', form.length - 5),
    );
    const name = createHash('sha256').update(picture).digest('hex');
    await put(picture);
    response.writeHead(202, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 'ok', name }));
  } catch {
    response.destroy();
  }
});

const put = (picture: Buffer): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-length': picture.length };
    request(store, { method: 'PUT', agent, headers }, (answer) => {
      text(answer).then(resolve, reject);
    })
      .once('error', reject)
      .end(picture);
  });
