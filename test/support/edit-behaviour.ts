import type { ServerResponse } from 'node:http';
import type { EditCall } from './edit-call.ts';
import { editedPicture, enormousPicture } from './edit-picture.ts';

/** How an edit server answers one request. */
export type EditBehaviour =
  /** Makes a picture of those that were sent; after so many milliseconds, if any. */
  | { is: 'editing'; afterMs?: number }
  | { is: 'failing'; status: number; headers?: Record<string, string>; body?: unknown }
  /** 200, and this as the whole body. */
  | { is: 'raw'; body: string | Buffer; contentType?: string }
  /** 200, and JSON that breaks off, a web page, or nothing. */
  | { is: 'garbage' | 'html' | 'empty' }
  /** 200, and a picture of 40 megapixels. */
  | { is: 'enormous' }
  /** 200, and a picture that never ends. */
  | { is: 'flooding' }
  /** The model's content rules, as each wire format says it. */
  | { is: 'refusing' }
  /** 200, but the body is an error. */
  | { is: 'error-as-answer'; error?: unknown }
  /** 200, and an address instead of the picture; by default at this server. */
  | { is: 'address'; url?: string }
  /** Errors that quote what was sent: 401 with the key, 400 with the whole request. */
  | { is: 'echoing-key' | 'echoing-request' }
  /** Takes the request and never answers, or only white space now and then. */
  | { is: 'silent' | 'dripping' }
  /** Breaks the connection: before an answer, or in the middle of the picture. */
  | { is: 'resetting' | 'breaking-off' }
  | { is: 'redirecting'; to: string };

/** What an answer needs beside the call: the request as it came, and where files are served. */
export type Asked = { authorization: string; body: Buffer; fileUrl: (picture: Buffer) => string };

/** Whether the pretended model drew something, and would be paid, though it may not arrive. */
export const isPaid = ({ is }: EditBehaviour): boolean =>
  ['editing', 'enormous', 'address', 'breaking-off', 'flooding'].includes(is);

export const behave = async (
  behaviour: EditBehaviour,
  call: EditCall,
  asked: Asked,
  response: ServerResponse,
): Promise<void> => {
  switch (behaviour.is) {
    case 'editing':
      if (behaviour.afterMs) await pause(behaviour.afterMs);
      return picture(response, call, await editedPicture(call.pictures, formatOf(call)), asked);
    case 'enormous':
      return picture(response, call, await enormousPicture(), asked);
    case 'address': {
      const url = behaviour.url ?? asked.fileUrl(await editedPicture(call.pictures));
      return json(response, 200, { created: 1, data: [{ url }] });
    }
    case 'failing':
      response.setHeaders(new Headers(behaviour.headers));
      return json(response, behaviour.status, behaviour.body ?? { error: 'not now' });
    case 'raw':
      return send(response, 200, behaviour.contentType ?? 'application/json', behaviour.body);
    case 'garbage':
      return send(response, 200, 'application/json', '{"data":[{"b64_js\u0000on');
    case 'html':
      return send(response, 200, 'text/html', '<!doctype html><title>Welcome</title><p>Hello');
    case 'empty':
      return send(response, 200, call.format === 'endpoint' ? 'image/png' : 'application/json', '');
    case 'refusing':
      return refuse(response, call);
    case 'error-as-answer':
      return json(response, 200, { error: behaviour.error ?? { message: 'upstream exploded' } });
    case 'echoing-key':
      return json(response, 401, { error: { message: `Wrong key: ${asked.authorization}` } });
    case 'echoing-request':
      return json(response, 400, { error: { message: `Bad: ${asked.body.toString('latin1')}` } });
    case 'silent':
      return;
    case 'dripping':
      return drip(response);
    case 'flooding':
      return flood(response, call);
    case 'resetting':
      response.socket?.resetAndDestroy();
      return;
    case 'breaking-off':
      return breakOff(response, await editedPicture(call.pictures));
    case 'redirecting':
      response.setHeader('location', behaviour.to);
      return send(response, 307, 'text/plain', '');
  }
};

/** Answers with a picture, as each wire format does. */
export const picture = (
  response: ServerResponse,
  call: EditCall,
  bytes: Buffer,
  { fileUrl }: Pick<Asked, 'fileUrl'>,
): void => {
  call.drawn = bytes;
  if (call.format === 'endpoint') send(response, 200, `image/${formatOf(call)}`, bytes);
  // A place in the queue; the server tells the rest when it is asked for it.
  else if (call.format === 'fal-ai') json(response, 200, ticketFor(call, fileUrl(bytes)));
  else json(response, 200, { created: 1, data: [{ b64_json: bytes.toString('base64') }] });
};

/** fal's hosts in the addresses, as in truth; whoever goes there has left the router. */
const ticketFor = ({ path }: EditCall, file: string) => {
  const id = file.split('/').at(-1) ?? '';
  const at = `https://queue.fal.run${path.replace('/fal-ai/', '/')}/requests/${id}`;
  return { status: 'IN_QUEUE', request_id: id, response_url: at, status_url: `${at}/status` };
};

const formatOf = ({ format }: EditCall) => (format === 'endpoint' ? 'jpeg' : 'png');

const refuse = (response: ServerResponse, { format }: EditCall): void => {
  if (format === 'images-edits') json(response, 400, { error: moderated });
  else json(response, 422, { detail: [{ type: 'content_policy_violation', msg: 'flagged' }] });
};

const moderated = {
  message: 'Your request was rejected by the safety system.',
  type: 'image_generation_user_error',
  param: null,
  code: 'moderation_blocked',
};

export const json = (response: ServerResponse, status: number, body: unknown): void =>
  send(response, status, 'application/json', JSON.stringify(body));

export const send = (
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Buffer,
): void => {
  response.writeHead(status, { 'content-type': contentType });
  response.end(body);
};

const pause = (milliseconds: number) => new Promise((resume) => setTimeout(resume, milliseconds));

const drip = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const drops = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(drops));
};

const flood = (response: ServerResponse, { format }: EditCall): void => {
  const isFile = format === 'endpoint';
  response.writeHead(200, { 'content-type': isFile ? 'image/png' : 'application/json' });
  response.write(isFile ? '\u0089PNG' : '{"data":[{"b64_json":"');
  const water = 'A'.repeat(1_000_000);
  const pour = () => {
    if (!response.destroyed) response.write(water, () => setImmediate(pour));
  };
  pour();
};

const breakOff = (response: ServerResponse, whole: Buffer): void => {
  response.writeHead(200, { 'content-type': 'image/png', 'content-length': whole.byteLength });
  response.write(whole.subarray(0, whole.byteLength / 2), () => response.socket?.destroy());
};
