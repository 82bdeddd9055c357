import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  behave,
  type EditBehaviour,
  type EditContext,
  isPaid,
  sendPicture,
} from './edit-behaviour.ts';
import { type EditCall, readEditCall } from './edit-call.ts';
import { startLoopbackServer } from './loopback-server.ts';
import { sendBody, sendJson } from './provider-responses.ts';

export type { EditBehaviour } from './edit-behaviour.ts';
export type { EditCall } from './edit-call.ts';

export type EditServer = {
  /** `http://127.0.0.1:<port>`: the base for OpenAI's format; a Hugging Face endpoint itself. */
  url: string;
  /** Every request for an edit since the start, the newest last. */
  calls: EditCall[];
  /** How many pictures were made for an edit, identified by its Idempotency-Key or its prompt. */
  paidFor(keyOrPrompt: string): number;
  /** How every request from now on is answered. */
  become(behaviour: EditBehaviour): void;
  /** How the next requests are answered, one each, before `become` applies again. */
  next(...behaviours: EditBehaviour[]): void;
  /** Likewise for the next requests with this prompt, whatever others come between. */
  nextFor(prompt: string, ...behaviours: EditBehaviour[]): void;
  /** How many of the next polls of fal's queue are answered with 503. */
  failNextPolls(count: number): void;
  /** What the next poll of fal's queue is answered with. */
  answerNextPoll(answer: unknown): void;
  /** Closes every connection, open requests included. */
  stop(): Promise<void>;
};

type Options = {
  behaviour?: EditBehaviour;
  /** Required as `Authorization: Bearer …`; without it any key or none is accepted. */
  key?: string;
  port?: number;
  /** Answers a repeated Idempotency-Key with the same picture, unpaid; OpenAI does not promise it. */
  honoursIdempotencyKey?: boolean;
};

/**
 * A provider of edits on loopback, on a free port. Speaks OpenAI's `POST /v1/images/edits`; a
 * dedicated Hugging Face endpoint (`POST` anywhere else, say `/` or `/models/<name>`: JSON or the
 * picture itself); and Hugging Face's router with its look-up of models, with fal's queue and
 * Together behind it. Whatever its behaviour, an invalid request gets 4xx and one without the
 * expected key 401.
 */
export const startEditServer = async (options: Options = {}): Promise<EditServer> => {
  const calls: EditCall[] = [];
  const files: Buffer[] = [];
  const polls = new Map<string, number>();
  const nextBehaviours: EditBehaviour[] = [];
  const byPrompt = new Map<string, EditBehaviour[]>();
  const pollAnswers: unknown[] = [];
  let failingPolls = 0;
  let defaultBehaviour: EditBehaviour = options.behaviour ?? { is: 'editing' };

  const edit = async (request: IncomingMessage, body: Buffer, response: ServerResponse) => {
    const call = await readEditCall(request, body);
    calls.push(call);
    const authorization = request.headers.authorization ?? '';
    const fileUrl = (bytes: Buffer) => `${server.url}/files/${files.push(bytes) - 1}`;
    const context: EditContext = { authorization, body, fileUrl };
    if (call.fault) {
      const { message, code, status } = call.fault;
      const error = { message, code, type: 'invalid_request_error' };
      return sendJson(response, status, { error });
    }
    const earlier = calls.find((other) => other.result && isRepeated(other, call));
    if (options.honoursIdempotencyKey && earlier?.result)
      return sendPicture(response, call, earlier.result, context);
    const own = byPrompt.get(call.prompt)?.shift();
    const behaviour = own ?? nextBehaviours.shift() ?? defaultBehaviour;
    call.paid = isPaid(behaviour);
    return behave(behaviour, call, context, response);
  };

  const poll = (id: string, isStatus: boolean, response: ServerResponse) => {
    if (failingPolls > 0) {
      failingPolls -= 1;
      return sendJson(response, 503, { detail: 'no healthy upstream' });
    }
    if (pollAnswers.length > 0) return sendJson(response, 200, pollAnswers.shift());
    if (!isStatus)
      return sendJson(response, 200, { images: [{ url: `${server.url}/files/${id}` }] });
    const count = (polls.get(id) ?? 0) + 1;
    polls.set(id, count);
    return sendJson(response, 200, { status: count < 2 ? 'IN_PROGRESS' : 'COMPLETED' });
  };

  const get = (path: string, response: ServerResponse) => {
    const file = files[Number(/^\/files\/(\d+)$/.exec(path)?.[1])];
    if (file) return sendBody(response, 200, 'image/png', file);
    const [, id, status] = /^\/fal-ai\/.+\/requests\/(\d+)(\/status)?$/.exec(path) ?? [];
    if (id) return poll(id, status !== undefined, response);
    if (path.startsWith('/api/models/test/')) return sendJson(response, 200, offered);
    if (path.startsWith('/api/models/asleep/')) return; // never answers
    return sendJson(response, 404, { error: 'there is nothing here' });
  };

  const server = await startLoopbackServer((request, body, response) => {
    const hasKey = !options.key || request.headers.authorization === `Bearer ${options.key}`;
    const path = new URL(request.url ?? '/', 'http://loopback').pathname;
    if (!hasKey && !path.startsWith('/files/'))
      return sendJson(response, 401, { error: { message: 'wrong key', code: 'invalid_api_key' } });
    return request.method === 'POST' ? edit(request, body, response) : get(path, response);
  }, options.port);

  return {
    ...server,
    calls,
    paidFor: (keyOrPrompt) =>
      calls.filter(
        ({ paid, idempotencyKey, prompt }) =>
          paid && (idempotencyKey === keyOrPrompt || prompt === keyOrPrompt),
      ).length,
    become: (behaviour) => {
      defaultBehaviour = behaviour;
    },
    next: (...behaviours) => {
      nextBehaviours.push(...behaviours);
    },
    nextFor: (prompt, ...behaviours) => {
      byPrompt.set(prompt, behaviours);
    },
    failNextPolls: (count) => {
      failingPolls = count;
    },
    answerNextPoll: (answer) => {
      pollAnswers.push(answer);
    },
  };
};

/** How the routed providers name every model `test/…`. */
const offered = {
  inferenceProviderMapping: {
    'fal-ai': { providerId: 'fal-ai/test-edit', status: 'live', task: 'image-to-image' },
    together: { providerId: 'test-edit', status: 'live', task: 'image-to-image' },
    'hf-inference': { providerId: 'test/describer', status: 'live', task: 'image-to-text' },
  },
};

const isRepeated = (earlier: EditCall, call: EditCall): boolean =>
  earlier.idempotencyKey !== undefined && earlier.idempotencyKey === call.idempotencyKey;
