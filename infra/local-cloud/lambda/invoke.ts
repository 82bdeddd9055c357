import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

/** A function of serverless.yml as the invokers need it. `key` is its name there. */
export type LocalFunction = {
  key: string;
  name: string;
  /** Absolute path of its bundle. */
  modulePath: string;
  exportName: string;
  timeoutSeconds: number;
  memoryMb: number;
  environment: Record<string, string>;
};

/** One function, ready to be called. Rejects with the function's own error, or because of the time. */
export type Invoker = {
  /** Loads it, so that a wrong setting or a broken import shows before the first message. */
  warm(): Promise<void>;
  invoke(event: unknown): Promise<unknown>;
  /** Resolves when no process of it is left. */
  stop(): Promise<void>;
};

const HandlerModule = z.record(z.string(), z.unknown());
type Handler = (event: unknown, context: unknown) => unknown;

const isHandler = (value: unknown): value is Handler => typeof value === 'function';

/** Imports a bundle and picks the handler out of it. */
export const loadHandler = async (modulePath: string, exportName: string): Promise<Handler> => {
  const exported = { ...(await import(pathToFileURL(modulePath).href)) };
  const handler = HandlerModule.parse(exported)[exportName];
  if (isHandler(handler)) return handler;
  throw new Error(`${modulePath} does not export a function named ${exportName}.`);
};

/** The context that Lambda gives. AWS Lambda Developer Guide, "context object in Node.js". */
export const makeContext = (
  fn: Pick<LocalFunction, 'name' | 'memoryMb' | 'timeoutSeconds'>,
  region: string,
) => {
  const endsAt = Date.now() + fn.timeoutSeconds * 1000;
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return {
    awsRequestId: randomUUID(),
    callbackWaitsForEmptyEventLoop: true,
    functionName: fn.name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${region}:000000000000:function:${fn.name}`,
    logGroupName: `/aws/lambda/${fn.name}`,
    logStreamName: `${day}/[$LATEST]local`,
    memoryLimitInMB: String(fn.memoryMb),
    getRemainingTimeInMillis: () => Math.max(0, endsAt - Date.now()),
  };
};

/** The function did not end within its timeout. */
export class FunctionTimedOutError extends Error {
  override readonly name = 'FunctionTimedOut';
}

export const timedOut = ({ key, timeoutSeconds }: LocalFunction) =>
  new FunctionTimedOutError(`${key} did not end within its timeout of ${timeoutSeconds} s.`);
