import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { withComment } from './photo.ts';

const boundary = 'darkroom-bench';

/**
 * One client with one connection that it keeps, and one form whose photo gets other bytes before
 * each upload: so it costs next to nothing beside what it measures, and leaves V8 no garbage to
 * collect in the middle of it.
 */
export const openUploadClient = (url: string, photo: Uint8Array) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const name = randomUUID();
  const form = formOf(withComment(photo, name));
  const nameAt = form.indexOf(name);

  /** Milliseconds from the call to the last byte of the answer, which must be 202. */
  const upload = async (): Promise<number> => {
    form.write(randomUUID(), nameAt, 'latin1');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const headers = {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': form.length,
    };
    const begun = performance.now();
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', reject).once('end', () => {
        if (response.statusCode === 202) resolve();
        else reject(new Error(`${url} answered ${response.statusCode}: ${text}`));
      });
    });
    sent.once('error', reject).end(form);
    await promise;
    return performance.now() - begun;
  };
  return { upload, close: () => agent.destroy() };
};
export type UploadClient = ReturnType<typeof openUploadClient>;

/** One file in a form, as curl and browsers send it. */
const formOf = (photo: Uint8Array): Buffer =>
  Buffer.concat([
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="photo.jpg"\r\n` +
        'content-type: image/jpeg\r\n\r\n',
    ),
    photo,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
