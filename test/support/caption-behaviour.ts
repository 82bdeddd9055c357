import type { ServerResponse } from 'node:http';
import { drip, flood, sendBody, sendJson } from './provider-responses.ts';

/** How a caption server behaves from now on. */
export type CaptionBehaviour =
  /** Describes the picture; `text` is what the model says, word for word. */
  | { is: 'answering'; text?: string }
  /** Answers with this status, `times` times (always where not given), then with a caption. */
  | {
      is: 'failing';
      status: number;
      times?: number;
      headers?: Record<string, string>;
      /** JSON; by default an error without details. */
      body?: unknown;
    }
  /** 200, and this as the whole body. */
  | { is: 'raw'; body: string; contentType?: string }
  | { is: 'garbage' | 'html' | 'empty' }
  /** 200, and an endless caption. */
  | { is: 'flooding' }
  /** 200 with the model's own refusal, as each wire format writes it. */
  | { is: 'refusing' | 'filtering' }
  /** 200, but the body is an error. */
  | { is: 'error-as-answer' }
  /** Errors that quote what was sent: 401 with the key, 400 with the picture, both word for word. */
  | { is: 'echoing-key' | 'echoing-picture' }
  /** Receives the request and never answers. */
  | { is: 'silent' }
  /** Answers with a byte now and then, without end. */
  | { is: 'dripping' }
  /** Breaks the connection: before an answer, or in the middle of one. */
  | { is: 'resetting' | 'breaking-off' }
  /** Redirects the client. */
  | { is: 'redirecting'; to: string };

export type WireFormat = 'chat' | 'blip';

/** What a behaviour needs from the request it answers. */
export type CaptionRequest = {
  format: WireFormat;
  model: string;
  authorization: string;
  body: Buffer;
};

export const usualCaption = 'A red sun stands over a green meadow.';

/** Answers one request. `count` is the number of requests since the behaviour was set, from 1. */
export const behave = (
  behaviour: CaptionBehaviour,
  count: number,
  request: CaptionRequest,
  response: ServerResponse,
): void => {
  switch (behaviour.is) {
    case 'answering':
      sendJson(response, 200, captionBody(request, behaviour.text ?? usualCaption));
      break;
    case 'failing':
      fail(behaviour, count, request, response);
      break;
    case 'raw':
      sendBody(response, 200, behaviour.contentType ?? 'application/json', behaviour.body);
      break;
    case 'garbage':
      sendBody(response, 200, 'application/json', '{"choices": [{"mess\u0000age');
      break;
    case 'html':
      sendBody(response, 200, 'text/html', '<!doctype html><title>Welcome</title><p>Hello');
      break;
    case 'empty':
      sendJson(response, 200, captionBody(request, ''));
      break;
    case 'flooding':
      flood(response, {
        contentType: 'application/json',
        start: '{"choices":[{"message":{"content":"',
        chunk: 'A dog barks. '.repeat(1000),
      });
      break;
    case 'refusing':
      sendJson(response, 200, refusalBody(request));
      break;
    case 'filtering':
      sendJson(response, 200, completion(request, { content: null }, 'content_filter'));
      break;
    case 'error-as-answer':
      sendJson(response, 200, { error: { message: 'upstream exploded', code: 500 } });
      break;
    case 'echoing-key':
      sendJson(response, 401, { error: { message: `Wrong key: ${request.authorization}` } });
      break;
    case 'echoing-picture':
      sendJson(response, 400, { error: { message: `Bad: ${request.body.toString('latin1')}` } });
      break;
    case 'silent':
      break;
    case 'dripping':
      drip(response);
      break;
    case 'resetting':
      response.socket?.resetAndDestroy();
      break;
    case 'breaking-off':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
      response.write('{"choices"', () => response.socket?.destroy());
      break;
    case 'redirecting':
      response.setHeader('location', behaviour.to);
      sendBody(response, 307, 'text/plain', '');
      break;
  }
};

const fail = (
  { status, times, headers, body }: Extract<CaptionBehaviour, { is: 'failing' }>,
  count: number,
  request: CaptionRequest,
  response: ServerResponse,
): void => {
  if (times !== undefined && count > times) {
    sendJson(response, 200, captionBody(request, usualCaption));
    return;
  }
  response.setHeaders(new Headers(headers));
  sendJson(response, status, body ?? { error: 'not now' });
};

const captionBody = (request: CaptionRequest, text: string): unknown =>
  request.format === 'blip'
    ? [{ generated_text: text }]
    : completion(request, { content: text }, 'stop');

const refusalBody = (request: CaptionRequest): unknown => {
  const refusal = "I'm sorry, I can't help with that.";
  return request.format === 'blip'
    ? [{ generated_text: refusal }]
    : completion(request, { content: null, refusal }, 'stop');
};

const completion = (
  { model }: CaptionRequest,
  message: { content: string | null; refusal?: string },
  finish_reason: string,
): unknown => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_790_000_000,
  model,
  choices: [{ index: 0, finish_reason, message: { role: 'assistant', ...message } }],
  usage: { prompt_tokens: 300, completion_tokens: 12, total_tokens: 312 },
});
