import type { LogLine } from './log-line.ts';

/** Something that stands between the functions and the emulators, such as a proxy that injects faults. */
export type Interceptor = {
  stop(): Promise<void>;
  /** Where the functions find S3, SQS and DynamoDB instead, and other variables they need. */
  environment: Readonly<Record<string, string>>;
  /** How the embedded S3 sends its events instead. */
  sendNotification(queueArn: string, body: string, delayMs: number): Promise<void>;
};

/**
 * Starts before the functions, and stops after them. `hostPid` is the process that answers HTTP, once
 * it runs.
 */
export type StartInterceptor = (
  emulatorPorts: { s3: number; sqs: number; dynamodb: number },
  tools: { hostPid: () => number | undefined; log: (line: LogLine) => void },
) => Promise<Interceptor>;
