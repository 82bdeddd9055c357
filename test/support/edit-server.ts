import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  type Asked,
  behave,
  type EditBehaviour,
  isPaid,
  json,
  picture,
  send,
} from './edit-behaviour.ts';
import { type EditCall, readEditCall } from './edit-call.ts';

export type { EditBehaviour } from './edit-behaviour.ts';
export type { EditCall } from './edit-call.ts';

export type EditServer = {
  /** `http://127.0.0.1:<port>`: the base for OpenAI's format; a Hugging Face endpoint itself. */
  url: string;
  /** Every request for an edit since the start, the newest last. */
  calls: EditCall[];
  /** How many pictures were drawn for an edit, told by its Idempotency-Key or its prompt. */
  paidFor(keyOrPrompt: string): number;
  /** How every request from now on is answered. */
  become(behaviour: EditBehaviour): void;
  /** How the next requests are answered, one each, before it is as `become` said. */
  next(...behaviours: EditBehaviour[]): void;
  /** How many of the next looks at fal's queue are answered with 503. */
  failNextLooks(count: number): void;
  /** What the next look at fal's queue is answered with. */
  answerNextLook(answer: unknown): void;
  /** Ends every connection, those that wait for an answer too. */
  stop(): Promise<void>;
};

type Wish = {
  behaviour?: EditBehaviour;
  /** Wanted as `Authorization: Bearer …`; without it any or none will do. */
  key?: string;
  port?: number;
  /** Answers a repeated Idempotency-Key with the same picture, unpaid; OpenAI promises no such thing. */
  heedsIdempotencyKey?: boolean;
};

/**
 * A provider of edits on loopback, on a free port. Speaks OpenAI's `POST /v1/images/edits`; a
 * dedicated Hugging Face endpoint (`POST` anywhere else, say `/` or `/models/<name>`: JSON or the
 * picture itself); and Hugging Face's router with its look-up of models, where fal's queue and
 * Together stand behind it. However it is told to behave, a request that is no good gets 4xx and
 * one without the expected key 401.
 */
export const startEditServer = async (wish: Wish = {}): Promise<EditServer> => {
  const calls: EditCall[] = [];
  const files: Buffer[] = [];
  const looks = new Map<string, number>();
  const coming: EditBehaviour[] = [];
  const idempotencyRecords: unknown[] = [];
  let failingLooks = 0;
  let usual: EditBehaviour = wish.behaviour ?? { is: 'editing' };
  let url = '';

  const fileUrl = (bytes: Buffer) => `${url}/files/${files.push(bytes) - 1}`;

  const edit = async (request: IncomingMessage, body: Buffer, response: ServerResponse) => {
    const call = await readEditCall(request, body);
    calls.push(call);
    const authorization = request.headers.authorization ?? '';
    const asked: Asked = { authorization, body, fileUrl };
    if (call.fault) {
      const { message, code, status } = call.fault;
      return json(response, status, { error: { message, code, type: 'invalid_request_error' } });
    }
    const before = calls.find((other) => other.drawn && isRepeated(other, call));
    if (wish.heedsIdempotencyKey && before?.drawn)
      return picture(response, call, before.drawn, asked);
    const behaviour = coming.shift() ?? usual;
    call.paid = isPaid(behaviour);
    return behave(behaviour, call, asked, response);
  };

  const look = (path: string, response: ServerResponse) => {
    const file = files[Number(/^\/files\/(\d+)$/.exec(path)?.[1])];
    if (file) return send(response, 200, 'image/png', file);
    const [, queued, isStatus] = /^\/fal-ai\/.+\/requests\/(\d+)(\/status)?$/.exec(path) ?? [];
    if (queued && failingLooks > 0) {
      failingLooks -= 1;
      return json(response, 503, { detail: 'no healthy upstream' });
    }
    if (queued && idempotencyRecords.length > 0)
      return json(response, 200, idempotencyRecords.shift());
    if (queued && isStatus) {
      const seen = (looks.get(queued) ?? 0) + 1;
      looks.set(queued, seen);
      return json(response, 200, { status: seen < 2 ? 'IN_PROGRESS' : 'COMPLETED' });
    }
    if (queued) return json(response, 200, { images: [{ url: `${url}/files/${queued}` }] });
    if (path.startsWith('/api/models/test/')) return json(response, 200, offered);
    if (path.startsWith('/api/models/asleep/')) return; // never answers
    return json(response, 404, { error: 'there is nothing here' });
  };

  const server = createServer(async (request, response) => {
    const body = await readAll(request);
    if (!body) return;
    const matchesEtag = !wish.key || request.headers.authorization === `Bearer ${wish.key}`;
    const path = new URL(request.url ?? '/', url).pathname;
    if (!matchesEtag && !path.startsWith('/files/'))
      return json(response, 401, { error: { message: 'wrong key', code: 'invalid_api_key' } });
    if (request.method === 'POST') return edit(request, body, response);
    return look(path, response);
  });

  await new Promise<void>((listening, refused) => {
    server.once('error', refused);
    server.listen(wish.port ?? 0, '127.0.0.1', listening);
  });
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('The server has no port.');
  url = `http://127.0.0.1:${address.port}`;

  return {
    url,
    calls,
    paidFor: (sought) =>
      calls.filter(
        ({ paid, idempotencyKey, prompt }) =>
          paid && (idempotencyKey === sought || prompt === sought),
      ).length,
    become: (behaviour) => {
      usual = behaviour;
    },
    next: (...behaviours) => {
      coming.push(...behaviours);
    },
    failNextLooks: (count) => {
      failingLooks = count;
    },
    answerNextLook: (answer) => {
      idempotencyRecords.push(answer);
    },
    stop: async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
};

/** What every model `test/…` is called by those who serve it. */
const offered = {
  inferenceProviderMapping: {
    'fal-ai': { providerId: 'fal-ai/test-edit', status: 'live', task: 'image-to-image' },
    together: { providerId: 'test-edit', status: 'live', task: 'image-to-image' },
    'hf-inference': { providerId: 'test/describer', status: 'live', task: 'image-to-text' },
  },
};

const isRepeated = (before: EditCall, call: EditCall): boolean =>
  before.idempotencyKey !== undefined && before.idempotencyKey === call.idempotencyKey;

/** Undefined where the caller left in the middle of it. */
const readAll = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => resolve(undefined));
  });
};
