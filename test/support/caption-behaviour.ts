import type { ServerResponse } from 'node:http';

/** How a caption server behaves from now on. */
export type Behaviour =
  /** Describes the picture; `text` is what the model says, word for word. */
  | { is: 'answering'; text?: string }
  /** Answers with this status, `times` times (for ever where not given), then with a caption. */
  | {
      is: 'failing';
      status: number;
      times?: number;
      headers?: Record<string, string>;
      /** JSON; by default an error that says nothing. */
      body?: unknown;
    }
  /** 200, and this as the whole body. */
  | { is: 'raw'; body: string; contentType?: string }
  | { is: 'garbage' | 'html' | 'empty' }
  /** 200, and a caption that never ends. */
  | { is: 'flooding' }
  /** 200 with the model's own refusal, as each wire format writes it. */
  | { is: 'refusing' | 'filtering' }
  /** 200, but the body is an error. */
  | { is: 'error-as-answer' }
  /** Errors that quote what was sent: 401 with the key, 400 with the picture, both word for word. */
  | { is: 'echoing-key' | 'echoing-picture' }
  /** Takes the request and never answers. */
  | { is: 'silent' }
  /** Answers with a byte now and then, and never ends. */
  | { is: 'dripping' }
  /** Breaks the connection: before an answer, or in the middle of one. */
  | { is: 'resetting' | 'breaking-off' }
  /** Sends the caller elsewhere. */
  | { is: 'redirecting'; to: string };

export type WireFormat = 'chat' | 'blip';

/** What a behaviour may need to know about the request it answers. */
export type Asked = { format: WireFormat; model: string; authorization: string; body: Buffer };

export const usualCaption = 'A red sun stands over a green meadow.';

/** Answers one request. `turn` counts the requests since the behaviour began, from 1. */
export const behave = (
  behaviour: Behaviour,
  turn: number,
  asked: Asked,
  response: ServerResponse,
): void => {
  switch (behaviour.is) {
    case 'answering':
      json(response, 200, spoken(asked, behaviour.text ?? usualCaption));
      break;
    case 'failing':
      fail(behaviour, turn, asked, response);
      break;
    case 'raw':
      send(response, 200, behaviour.contentType ?? 'application/json', behaviour.body);
      break;
    case 'garbage':
      send(response, 200, 'application/json', '{"choices": [{"mess\u0000age');
      break;
    case 'html':
      send(response, 200, 'text/html', '<!doctype html><title>Welcome</title><p>Hello');
      break;
    case 'empty':
      json(response, 200, spoken(asked, ''));
      break;
    case 'flooding':
      flood(response);
      break;
    case 'refusing':
      json(response, 200, refused(asked));
      break;
    case 'filtering':
      json(response, 200, completion(asked, { content: null }, 'content_filter'));
      break;
    case 'error-as-answer':
      json(response, 200, { error: { message: 'upstream exploded', code: 500 } });
      break;
    case 'echoing-key':
      json(response, 401, { error: { message: `Wrong key: ${asked.authorization}` } });
      break;
    case 'echoing-picture':
      json(response, 400, { error: { message: `Bad: ${asked.body.toString('latin1')}` } });
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
      send(response, 307, 'text/plain', '');
      break;
  }
};

const fail = (
  { status, times, headers, body }: Extract<Behaviour, { is: 'failing' }>,
  turn: number,
  asked: Asked,
  response: ServerResponse,
): void => {
  if (times !== undefined && turn > times) {
    json(response, 200, spoken(asked, usualCaption));
    return;
  }
  response.setHeaders(new Headers(headers));
  json(response, status, body ?? { error: 'not now' });
};

const spoken = (asked: Asked, text: string): unknown =>
  asked.format === 'blip'
    ? [{ generated_text: text }]
    : completion(asked, { content: text }, 'stop');

const refused = (asked: Asked): unknown => {
  const refusal = "I'm sorry, I can't help with that.";
  return asked.format === 'blip'
    ? [{ generated_text: refusal }]
    : completion(asked, { content: null, refusal }, 'stop');
};

const completion = (
  { model }: Asked,
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

export const json = (response: ServerResponse, status: number, body: unknown): void =>
  send(response, status, 'application/json', JSON.stringify(body));

const send = (response: ServerResponse, status: number, contentType: string, body: string) => {
  response.writeHead(status, { 'content-type': contentType });
  response.end(body);
};

const drip = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const drops = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(drops));
};

const flood = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"choices":[{"message":{"content":"');
  const pour = () => {
    if (!response.destroyed) response.write('A dog barks. '.repeat(1000), () => setImmediate(pour));
  };
  pour();
};
