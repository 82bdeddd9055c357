import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

import { type Call, type Caller, identifyCall, identifyCaller, matchesFault } from './calls.ts';
import { type Chance, pick } from './chance.ts';
import { planDeliveries, withTimeScale } from './deliveries.ts';
import type { Failpoints } from './failpoints.ts';
import { faultAnswer, possible } from './fault-answers.ts';
import type { Fault, FaultConfig, Service } from './fault-config.ts';
import { closeServer, listenOnLoopback, type Running } from './loopback.ts';
import type { Received } from './received-messages.ts';

/** The current faults; read again at each call, since they may change at run time. */
export type FaultSource = {
  faultConfig: () => FaultConfig;
  isDown: (service: Service) => boolean;
  chance: Chance;
  failpoints: Failpoints;
  received: Received;
  /** SIGKILL; without a pid, to the process that answers HTTP. */
  kill: (caller: Caller) => void;
};

type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

/**
 * A proxy in front of one emulator, on a free port. Injects faults into the calls of our functions;
 * all others (browsers, tests, the AWS CLI) pass unchanged. The Host header is passed on unchanged,
 * because it is signed.
 */
export const startProxy = async (
  service: Service,
  target: number,
  faultSource: FaultSource,
): Promise<Running> => {
  const agent = new Agent({ keepAlive: true });
  const options = { agent, host: '127.0.0.1', port: target };

  const passOn = (request: IncomingMessage, response: ServerResponse) => {
    const { method, url, headers } = request;
    const onward = httpRequest({ ...options, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  };

  const forward = ({ method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { expect: _, 'transfer-encoding': __, ...passedOn } = headers;
      const onward = httpRequest(
        { ...options, method, path: url, headers: { ...passedOn, 'content-length': body.length } },
        async (answer) => {
          const { statusCode: status = 502 } = answer;
          await readBytes(answer).then((read) => {
            resolve({ status, headers: answer.headers, body: read });
          }, reject);
        },
      );
      onward.on('error', reject).end(body);
    });

  const carryOut = async (request: IncomingMessage, call: Call, body: Buffer): Promise<Answer> => {
    if (service !== 'sqs') return forward(request, body);
    const faultConfig = faultSource.faultConfig();
    const [first = body, ...copies] = planDeliveries(
      call,
      withTimeScale(call, body, faultConfig.timeScale),
      faultConfig,
      faultSource.chance,
    );
    const answer = await forward(request, first);
    for (const copy of copies) await forward(request, copy);
    return answer;
  };

  const meet = async (caller: Caller, request: IncomingMessage, response: ServerResponse) => {
    const body = await readBytes(request);
    const call = identifyCall(service, request, body);
    const failpoint = faultSource.failpoints.at(caller, call);
    /** True if the caller has been killed. */
    const hasEndedImage = async (moment: 'before' | 'after'): Promise<boolean> => {
      const what = failpoint(moment) ?? killByChance(caller, call, moment, faultSource);
      if (what === 'hold') await keepAliveUntil(response, faultSource.failpoints.hold());
      if (what === 'kill') faultSource.kill(caller);
      return what === 'kill';
    };

    if (await hasEndedImage('before')) return void response.destroy();
    const fault = faultFor(service, caller, call, faultSource);
    if (fault === 'cut') return void response.destroy();
    // Before or after the emulator handles the call: in the latter case its response may be stale on delivery.
    const isSlow =
      fault === 'slow' && (faultSource.chance(`slow ${call.name}`) < 0.5 ? 'there' : 'back');
    if (isSlow === 'there') await wait(faultSource.faultConfig().slowMs);
    if (fault && fault !== 'slow' && fault !== 'lost') {
      const { status, contentType, body: text } = faultAnswer(fault, call);
      const length = Buffer.byteLength(text);
      response.writeHead(status, { 'content-type': contentType, 'content-length': length });
      return void response.end(text);
    }
    const answer = await carryOut(request, call, body);
    if (isSlow === 'back') await wait(faultSource.faultConfig().slowMs);
    if ((await hasEndedImage('after')) || fault === 'lost') return void response.destroy();
    faultSource.received.add(caller, call, answer.body.length);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };

  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    const caller = identifyCaller(request);
    if (!caller) return passOn(request, response);
    // The caller may be dead, and the emulator may be stopping: then nothing waits for an answer.
    meet(caller, request, response).catch(() => response.destroy());
  });
  const port = await listenOnLoopback(server, 0);
  const stop = async () => {
    await closeServer(server);
    agent.destroy();
  };
  return { url: `http://127.0.0.1:${port}`, port, stop };
};

/** A client that receives nothing for 20 s (clients.ts) treats its connection as dead, and retries. */
const keepAliveUntil = async (response: ServerResponse, end: Promise<void>): Promise<void> => {
  const signs = setInterval(() => response.writeProcessing(), 5_000);
  await end.finally(() => clearInterval(signs));
};

/** The fault to inject into this call, if any. */
const faultFor = (
  service: Service,
  caller: Caller,
  call: Call,
  { faultConfig, isDown, chance }: FaultSource,
): Fault | undefined => {
  if (isDown(service)) return 'cut';
  const { broken, faults, [service]: share } = faultConfig();
  if (broken.some((which) => matchesFault(which, caller, call))) return 'error';
  if (share === 0) return undefined;
  const name = `${caller.worker} ${call.name}`;
  if (chance(`fault ${name}`) >= share) return undefined;
  return pick(possible(faults, call), chance(`which fault ${name}`));
};

const killByChance = (
  { worker, pid }: Caller,
  { name }: Call,
  moment: 'before' | 'after',
  { faultConfig, chance }: FaultSource,
): 'kill' | undefined => {
  const { kills } = faultConfig();
  if (kills === 0 || pid === undefined) return undefined;
  return chance(`kill ${worker} ${moment} ${name}`) < kills / 2 ? 'kill' : undefined;
};

const readBytes = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
};
