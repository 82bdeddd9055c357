// The Node side of node_executor.py: loads the handler of the folder it is started in, answers one
// line for each line it gets. Plain JavaScript, because it is copied to where no loader is.
import { createWriteStream, existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const { env } = process;
const [, module, name] = /^(.*)\.([^.]*)$/.exec(env._HANDLER) ?? [];
const answers = createWriteStream('', { fd: Number(env.RESULT_FD) });

const load = async () => {
  const file = ['.mjs', '.js', '.cjs']
    .map((extension) => resolve(`${module}${extension}`))
    .find((path) => existsSync(path));
  const error = (type, message) => Object.assign(new Error(message), { name: type });
  if (!file) throw error('Runtime.ImportModuleError', `Error: Cannot find module '${module}'`);
  const exported = await import(pathToFileURL(file).href);
  const handler = exported[name] ?? exported.default?.[name];
  if (typeof handler === 'function') return handler;
  throw error('Runtime.HandlerNotFound', `${env._HANDLER} is undefined or not exported`);
};
const loading = load();
loading.catch(() => {}); // reported at the first invocation, as Lambda does

const createContext = ({ requestId, functionArn, timeoutSeconds }) => {
  const endsAt = Date.now() + timeoutSeconds * 1000;
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: functionArn,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => Math.max(0, endsAt - Date.now()),
  };
};

const toFailure = (error) => ({
  errorType: error?.name ?? 'Error',
  errorMessage: String(error?.message ?? error),
  trace: String(error?.stack ?? '').split('\n'),
});

const questions = createInterface({ input: process.stdin });
questions.on('line', async (line) => {
  const question = JSON.parse(line);
  let answer;
  try {
    const handler = await loading;
    const value = await handler(JSON.parse(question.event), createContext(question));
    answer = { ok: true, value: value ?? null };
  } catch (error) {
    console.error(error);
    answer = { ok: false, value: toFailure(error) };
  }
  answers.write(`${JSON.stringify(answer)}\n`);
});
questions.on('close', () => process.exit(0)); // LocalStack is gone
