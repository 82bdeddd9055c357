import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The command line requests something that does not exist. The message says what does. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** `parseArgs` of Node, whose errors become a UsageError. */
export const parseCommandLine = <const T extends ParseArgsConfig>(config: T) => {
  try {
    return parseArgs(config);
  } catch (error) {
    const [sentence = ''] = String(error instanceof Error ? error.message : error).split('\n');
    throw new UsageError(sentence);
  }
};

/**
 * Runs a command and sets the exit code of the process: what the command returns; 2 with one
 * sentence on stderr where it was called wrongly or could not reach what it needs.
 */
export const runMain = async (name: string, command: () => Promise<number>): Promise<void> => {
  endQuietlyWithReader();
  try {
    process.exitCode = await command();
  } catch (error) {
    const hint = error instanceof UsageError ? ` See npm run ${name} -- --help.` : '';
    process.stderr.write(`${explainError(error)}${hint}\n`);
    process.exitCode = 2;
  }
};

/** The reader of the output has ended, as `| head` does: no fault, and nothing is left to do. */
const endQuietlyWithReader = (): void => {
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
};

const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'TimeoutError',
]);
const missing = new Set([
  'ResourceNotFoundException', // a DynamoDB table
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
]);
const refused = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

/** What the person at the terminal can do about an error of an SDK client; else its own message. */
export const explainError = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  if (unreachable.has(code) || unreachable.has(error.name))
    return `Nothing answers at ${addressIn(error)} (${code}). Is the stack running? npm start starts the embedded one; AWS_ENDPOINT_URL names another.`;
  if (missing.has(code) || missing.has(error.name))
    return 'The stage has no such table or queue. Is --stage right, and AWS_REGION?';
  if (refused.has(error.name))
    return `The AWS credentials of your environment do not allow it (${error.name}).`;
  if (error.name === 'CredentialsProviderError')
    return 'There are no AWS credentials in your environment.';
  if (error.message === 'Region is missing') return 'AWS_REGION is not set in your environment.';
  return error.message || code;
};

const addressIn = (error: Error): string => {
  const { address, port, hostname } = error as {
    address?: string;
    port?: number;
    hostname?: string;
  };
  if (address && port) return `${address}:${port}`;
  return hostname ?? /[\w.-]+:\d+/.exec(error.message)?.[0] ?? 'the endpoint';
};
