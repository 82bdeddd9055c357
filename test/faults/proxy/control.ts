import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';

import { Failpoint, FaultConfigChange } from './fault-config.ts';
import { closeServer, listenOnLoopback, type Running } from './loopback.ts';

type Tools = {
  change: (change: FaultConfigChange) => void;
  add: (failpoints: readonly Failpoint[]) => void;
  /** Lets every held call go on. */
  release: () => void;
  /** Removes all failpoints as well. */
  removeAll: () => void;
  report: () => unknown;
};

/**
 * Changes the faults while the stack runs: GET / says what is injected and what has happened, PATCH /
 * changes it, POST /failpoints adds failpoints, DELETE /failpoints removes them, DELETE /held lets
 * every held call go on. Each answers as GET / does.
 */
export const startControl = async (port: number, tools: Tools): Promise<Running> => {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const route = `${request.method} ${request.url}`;
    const body = await readText(request);
    if (route === 'PATCH /') tools.change(FaultConfigChange.parse(JSON.parse(body)));
    else if (route === 'POST /failpoints') tools.add(z.array(Failpoint).parse(JSON.parse(body)));
    else if (route === 'DELETE /failpoints') tools.removeAll();
    else if (route === 'DELETE /held') tools.release();
    else if (route !== 'GET /') return reply(response, 404, { error: `There is no ${route}.` });
    reply(response, 200, tools.report());
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const isTheirs = error instanceof z.ZodError || error instanceof SyntaxError;
      const message = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      reply(response, isTheirs ? 400 : 500, { error: message });
    });
  });
  const taken = await listenOnLoopback(server, port);
  return {
    url: `http://127.0.0.1:${taken}`,
    port: taken,
    stop: () => closeServer(server),
  };
};

const reply = (response: ServerResponse, status: number, content: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(content, null, 2)}\n`);
};

const readText = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};
