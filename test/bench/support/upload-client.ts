import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { withComment } from './photo.ts';

/** Where a form goes, what it must say before its file, and the status that says it was taken. */
type PortUse = { url: string; fields?: Readonly<Record<string, string>>; taken: 202 | 204 };

/** Told before each upload, given what the file weighs. */
export type DoorOf = (sizeBytes: number) => PortUse | Promise<PortUse>;

const boundary = 'darkroom-bench';
const end = Buffer.from(`\r\n--${boundary}--\r\n`);

/**
 * One client with one connection to each server that it keeps, and one photo that gets other bytes
 * before each upload: so it costs next to nothing beside what it measures, and leaves V8 no garbage
 * to collect in the middle of it.
 */
export const openUploadClient = (doorOf: DoorOf, photo: Uint8Array) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const name = randomUUID();
  const body = Buffer.from(withComment(photo, name));
  const nameAt = body.indexOf(name);

  /** Milliseconds from asking for the door to the last byte of its answer, which must say that it was taken. */
  const upload = async (): Promise<number> => {
    body.write(randomUUID(), nameAt, 'latin1');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const begun = performance.now();
    const { url, fields = {}, taken } = await doorOf(body.length);
    const beginning = beginningOf(fields);
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

/** A form up to its one file, as curl and browsers send it. */
const beginningOf = (fields: Readonly<Record<string, string>>): Buffer => {
  const part = (disposition: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n`;
  const values = Object.entries(fields).map(
    ([name, value]) => `${part(`name="${name}"`)}\r\n${value}\r\n`,
  );
  const file = `${part('name="file"; filename="photo.jpg"')}content-type: image/jpeg\r\n\r\n`;
  return Buffer.from([...values, file].join(''));
};
