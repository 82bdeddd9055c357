import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { withComment } from './photo.ts';

/** Where a form is posted, its fields before the file, and the status of a successful upload. */
type UploadTarget = { url: string; fields?: Readonly<Record<string, string>>; taken: 202 | 204 };

/** Called before each upload with the size of the file. */
export type TargetFor = (sizeBytes: number) => UploadTarget | Promise<UploadTarget>;

const boundary = 'darkroom-bench';
const end = Buffer.from(`\r\n--${boundary}--\r\n`);

/**
 * One client with one persistent connection to each server, and one photo whose bytes change before
 * each upload. It costs next to nothing compared with what it measures, and creates no garbage for
 * V8 to collect during a measurement.
 */
export const openUploadClient = (targetFor: TargetFor, photo: Uint8Array) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const name = randomUUID();
  const body = Buffer.from(withComment(photo, name));
  const nameAt = body.indexOf(name);

  /** Milliseconds from requesting the target to the last byte of its response; throws on another status. */
  const upload = async (): Promise<number> => {
    body.write(randomUUID(), nameAt, 'latin1');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const begun = performance.now();
    const { url, fields = {}, taken } = await targetFor(body.length);
    const beginning = formHead(fields);
    const headers = {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': beginning.length + body.length + end.length,
    };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', reject).once('end', () => {
        if (response.statusCode === taken) resolve();
        else reject(new Error(`${url} answered ${response.statusCode}: ${text}`));
      });
    });
    sent.once('error', reject).cork();
    sent.write(beginning);
    sent.write(body);
    sent.end(end);
    await promise;
    return performance.now() - begun;
  };
  return { upload, close: () => agent.destroy() };
};
export type UploadClient = ReturnType<typeof openUploadClient>;

/** The form up to its one file, as curl and browsers send it. */
const formHead = (fields: Readonly<Record<string, string>>): Buffer => {
  const part = (disposition: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n`;
  const values = Object.entries(fields).map(
    ([name, value]) => `${part(`name="${name}"`)}\r\n${value}\r\n`,
  );
  const file = `${part('name="file"; filename="photo.jpg"')}content-type: image/jpeg\r\n\r\n`;
  return Buffer.from([...values, file].join(''));
};
