import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { EditCall } from './edit-call.ts';
import { editedPicture, enormousPicture } from './edit-picture.ts';
import { drip, flood, sendBody, sendJson } from './provider-responses.ts';

/** How an edit server answers one request. */
export type EditBehaviour =
  /** Makes a picture from those that were sent, after so many milliseconds, if any. */
  | { is: 'editing'; afterMs?: number }
  | { is: 'failing'; status: number; headers?: Record<string, string>; body?: unknown }
  /** 200, and this as the whole body. */
  | { is: 'raw'; body: string | Buffer; contentType?: string }
  /** 200, and JSON that breaks off, a web page, or nothing. */
  | { is: 'garbage' | 'html' | 'empty' }
  /** 200, and a picture of 40 megapixels. */
  | { is: 'enormous' }
  /** 200, and an endless picture. */
  | { is: 'flooding' }
  /** A refusal by the model's content rules, as each wire format expresses it. */
  | { is: 'refusing' }
  /** 200, but the body is an error. */
  | { is: 'error-as-answer'; error?: unknown }
  /** 200, and a URL instead of the picture; by default at this server. */
  | { is: 'address'; url?: string }
  /** Errors that quote what was sent: 401 with the key, 400 with the whole request. */
  | { is: 'echoing-key' | 'echoing-request' }
  /** Receives the request and never answers, or only with white space now and then. */
  | { is: 'silent' | 'dripping' }
  /** Breaks the connection: before an answer, or in the middle of the picture. */
  | { is: 'resetting' | 'breaking-off' }
  | { is: 'redirecting'; to: string };

/** What an answer needs besides the call: the request as received, and where files are served. */
export type EditContext = {
  authorization: string;
  body: Buffer;
  fileUrl: (picture: Buffer) => string;
};

/** Whether the simulated model made a picture and would be paid, although the client may not receive it. */
export const isPaid = ({ is }: EditBehaviour): boolean =>
  ['editing', 'enormous', 'address', 'breaking-off', 'flooding'].includes(is);

export const behave = async (
  behaviour: EditBehaviour,
  call: EditCall,
  context: EditContext,
  response: ServerResponse,
): Promise<void> => {
  switch (behaviour.is) {
    case 'editing':
      if (behaviour.afterMs) await setTimeout(behaviour.afterMs);
      return sendPicture(
        response,
        call,
        await editedPicture(call.pictures, resultFormat(call)),
        context,
      );
    case 'enormous':
      return sendPicture(response, call, await enormousPicture(), context);
    case 'address': {
      const url = behaviour.url ?? context.fileUrl(await editedPicture(call.pictures));
      return sendJson(response, 200, { created: 1, data: [{ url }] });
    }
    case 'failing':
      response.setHeaders(new Headers(behaviour.headers));
      return sendJson(response, behaviour.status, behaviour.body ?? { error: 'not now' });
    case 'raw':
      return sendBody(response, 200, behaviour.contentType ?? 'application/json', behaviour.body);
    case 'garbage':
      return sendBody(response, 200, 'application/json', '{"data":[{"b64_js\u0000on');
    case 'html':
      return sendBody(response, 200, 'text/html', '<!doctype html><title>Welcome</title><p>Hello');
    case 'empty':
      return sendBody(
        response,
        200,
        call.format === 'endpoint' ? 'image/png' : 'application/json',
        '',
      );
    case 'refusing':
      return sendRefusal(response, call);
    case 'error-as-answer':
      return sendJson(response, 200, {
        error: behaviour.error ?? { message: 'upstream exploded' },
      });
    case 'echoing-key':
      return sendJson(response, 401, { error: { message: `Wrong key: ${context.authorization}` } });
    case 'echoing-request':
      return sendJson(response, 400, {
        error: { message: `Bad: ${context.body.toString('latin1')}` },
      });
    case 'silent':
      return;
    case 'dripping':
      return drip(response);
    case 'flooding':
      return flood(response, call.format === 'endpoint' ? endlessFile : endlessJson);
    case 'resetting':
      response.socket?.resetAndDestroy();
      return;
    case 'breaking-off':
      return sendHalf(response, await editedPicture(call.pictures));
    case 'redirecting':
      response.setHeader('location', behaviour.to);
      return sendBody(response, 307, 'text/plain', '');
  }
};

/** Answers with a picture, as each wire format does. */
export const sendPicture = (
  response: ServerResponse,
  call: EditCall,
  bytes: Buffer,
  { fileUrl }: Pick<EditContext, 'fileUrl'>,
): void => {
  call.result = bytes;
  if (call.format === 'endpoint') sendBody(response, 200, `image/${resultFormat(call)}`, bytes);
  // A ticket for the queue; the server serves the rest when it is polled.
  else if (call.format === 'fal-ai') sendJson(response, 200, ticketFor(call, fileUrl(bytes)));
  else sendJson(response, 200, { created: 1, data: [{ b64_json: bytes.toString('base64') }] });
};

/** With fal's own hosts in the URLs, as fal sends them: a client that follows them leaves the router. */
const ticketFor = ({ path }: EditCall, file: string) => {
  const id = file.split('/').at(-1) ?? '';
  const at = `https://queue.fal.run${path.replace('/fal-ai/', '/')}/requests/${id}`;
  return { status: 'IN_QUEUE', request_id: id, response_url: at, status_url: `${at}/status` };
};

const resultFormat = ({ format }: EditCall) => (format === 'endpoint' ? 'jpeg' : 'png');

const sendRefusal = (response: ServerResponse, { format }: EditCall): void => {
  if (format === 'images-edits') sendJson(response, 400, { error: moderated });
  else sendJson(response, 422, { detail: [{ type: 'content_policy_violation', msg: 'flagged' }] });
};

const moderated = {
  message: 'Your request was rejected by the safety system.',
  type: 'image_generation_user_error',
  param: null,
  code: 'moderation_blocked',
};

const endlessFile = { contentType: 'image/png', start: '\u0089PNG', chunk: 'A'.repeat(1_000_000) };
const endlessJson = {
  contentType: 'application/json',
  start: '{"data":[{"b64_json":"',
  chunk: 'A'.repeat(1_000_000),
};

const sendHalf = (response: ServerResponse, whole: Buffer): void => {
  response.writeHead(200, { 'content-type': 'image/png', 'content-length': whole.byteLength });
  response.write(whole.subarray(0, whole.byteLength / 2), () => response.socket?.destroy());
};
