import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { z } from 'zod';
import { behave, type CaptionBehaviour, type WireFormat } from './caption-behaviour.ts';
import { startLoopbackServer } from './loopback-server.ts';
import { sendJson } from './provider-responses.ts';

export { type CaptionBehaviour, usualCaption } from './caption-behaviour.ts';

/** One request as received. `fault` says why the server rejected it, if it did. */
export type CaptionCall = {
  /** When it was received as a whole, by performance.now(). */
  at: number;
  path: string;
  format: WireFormat;
  headers: IncomingHttpHeaders;
  model: string;
  prompt: string;
  /** The JPEG, decoded; empty where none could be found. */
  picture: Buffer;
  /** The JSON of a chat request. */
  body: unknown;
  fault: string | undefined;
};

export type CaptionServer = {
  /** `http://127.0.0.1:<port>`: the base; a BLIP endpoint is the base itself. */
  url: string;
  /** Every request since the start, the newest last. */
  calls: CaptionCall[];
  become(behaviour: CaptionBehaviour): void;
  /** Closes every connection, open requests included. */
  stop(): Promise<void>;
};

/**
 * A caption provider on loopback, on a free port. Speaks chat completions as OpenAI and the
 * Hugging Face router do (`…/v1/chat/completions`, `/chat/completions`) and as Gemini does
 * (`/v1beta/openai/chat/completions`), and the raw POST of a BLIP endpoint (`/`). Whatever its
 * behaviour, a request without a whole JPEG gets 400, one without the expected key 401.
 */
export const startCaptionServer = async (
  options: { behaviour?: CaptionBehaviour; key?: string; port?: number } = {},
): Promise<CaptionServer> => {
  const calls: CaptionCall[] = [];
  let behaviour: CaptionBehaviour = options.behaviour ?? { is: 'answering' };
  let count = 0;

  const { url, stop } = await startLoopbackServer((request, body, response) => {
    const call = { at: performance.now(), ...readCall(request, body) };
    calls.push(call);
    count += 1;
    const authorization = request.headers.authorization ?? '';
    if (call.fault) return sendJson(response, 400, { error: { message: call.fault } });
    const hasKey = !options.key || authorization === `Bearer ${options.key}`;
    if (!hasKey && behaviour.is !== 'echoing-key')
      return sendJson(response, 401, { error: { message: 'no or wrong key' } });
    const { format, model } = call;
    return behave(behaviour, count, { format, model, authorization, body }, response);
  }, options.port);

  return {
    url,
    calls,
    become: (next) => {
      behaviour = next;
      count = 0;
    },
    stop,
  };
};

const chatPaths = ['/v1/chat/completions', '/chat/completions', '/v1beta/openai/chat/completions'];

type Read = Omit<CaptionCall, 'at'>;

const readCall = (request: IncomingMessage, body: Buffer): Read => {
  const path = new URL(request.url ?? '/', 'http://loopback').pathname;
  const logFields = { path, headers: request.headers };
  if (request.method !== 'POST') return wrong(logFields, 'only POST is supported');
  if (chatPaths.includes(path)) return readChat(logFields, body);
  if (path !== '/') return wrong(logFields, `there is nothing at ${path}`);
  const fault = request.headers['content-type'] === 'image/jpeg' ? findJpegFault(body) : 'no JPEG';
  return { ...logFields, format: 'blip', model: '', prompt: '', picture: body, body: null, fault };
};

const ChatRequest = z.object({
  model: z.string().min(1),
  messages: z.tuple([
    z.object({
      role: z.literal('user'),
      content: z.array(
        z.discriminatedUnion('type', [
          z.object({ type: z.literal('text'), text: z.string().min(1) }),
          z.object({ type: z.literal('image_url'), image_url: z.object({ url: z.string() }) }),
        ]),
      ),
    }),
  ]),
});

const readChat = (logFields: Pick<Read, 'path' | 'headers'>, body: Buffer): Read => {
  if (logFields.headers['content-type'] !== 'application/json') return wrong(logFields, 'no JSON');
  const parsed = ChatRequest.safeParse(parseJson(body));
  if (!parsed.success) return wrong(logFields, 'no chat completion request');
  const [{ content }] = parsed.data.messages;
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const pictures = content.flatMap((part) => (part.type === 'image_url' ? [part.image_url] : []));
  const [, base64 = ''] = pictures[0]?.url.match(/^data:image\/jpeg;base64,([\w+/]+=*)$/) ?? [];
  const picture = Buffer.from(base64, 'base64');
  return {
    ...logFields,
    format: 'chat',
    model: parsed.data.model,
    prompt: texts.join('\n'),
    picture,
    body: parseJson(body),
    fault: pictures.length === 1 ? findJpegFault(picture) : 'not exactly one picture',
  };
};

const wrong = (logFields: Pick<Read, 'path' | 'headers'>, fault: string): Read => ({
  ...logFields,
  format: 'chat',
  model: '',
  prompt: '',
  picture: Buffer.alloc(0),
  body: null,
  fault,
});

/** From SOI to EOI (ITU T.81, B.1.1.3): cut short or wrapped in something, it is no JPEG. */
const findJpegFault = (bytes: Buffer): string | undefined => {
  const whole = bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]));
  const ends = bytes.subarray(-2).equals(Buffer.from([0xff, 0xd9]));
  return whole && ends ? undefined : 'the picture is no whole JPEG';
};

const parseJson = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
};
