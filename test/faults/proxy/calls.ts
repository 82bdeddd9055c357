import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { hostAppId, storageAppId } from './app-ids.ts';
import type { Service, Which } from './fault-config.ts';

/** Who makes a call: a function in its own process, or one of those in the host process. */
export type Caller = { worker: string; pid: number | undefined };

/** One call of the SDK, named as it is in the documentation: `PutObject derived`. */
export type Call = { service: Service; operation: string; name: string; logFields: string };

/** Undefined for a client that is not one of our functions: a browser, the AWS CLI, a test. */
export const identifyCaller = ({
  headers,
}: Pick<IncomingMessage, 'headers'>): Caller | undefined => {
  const agent = headers['user-agent'] ?? '';
  // Powertools writes `-PT-…` behind it.
  const [, name = '', pid] = /\bapp\/([a-z0-9-]+?)(?:\.(\d+))?(?:-PT-|\s|$)/.exec(agent) ?? [];
  if (pid !== undefined) return { worker: name, pid: Number(pid) };
  if (name === hostAppId) return { worker: 'host', pid: undefined };
  return name === storageAppId ? { worker: 's3', pid: undefined } : undefined;
};

/** Parses a request into a call. The body is empty for S3, whose URL is sufficient. */
export const identifyCall = (service: Service, request: IncomingMessage, body: Buffer): Call => {
  if (service === 's3') return s3Call(request);
  const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
  const text = body.toString();
  const targets = service === 'dynamodb' ? tablesIn(text) : queuesIn(text);
  return { service, operation, name: [operation, ...targets].join(' '), logFields: text };
};

const s3Call = ({ method = 'GET', url = '/' }: IncomingMessage): Call => {
  const { pathname, searchParams } = new URL(url, 'http://s3');
  const [, bucket = '', ...segments] = pathname.split('/');
  const key = decodeURIComponent(segments.join('/'));
  const operations: Record<string, string> = {
    GET: key ? 'GetObject' : 'ListObjectsV2',
    HEAD: key ? 'HeadObject' : 'HeadBucket',
    PUT: 'PutObject',
    DELETE: 'DeleteObject',
    POST: searchParams.has('delete') ? 'DeleteObjects' : 'PostObject',
  };
  const operation = operations[method] ?? method;
  return { service: 's3', operation, name: `${operation} ${shortName(bucket)}`, logFields: key };
};

/** `darkroom-dev-images` is `images`, and `darkroom-dev-originals-123456789012` is `originals`. */
const shortName = (name: string): string =>
  name.replace(/^[a-z]+-[a-z0-9]+-/, '').replace(/-\d{12}$/, '');

const Targets = z.looseObject({
  TableName: z.string().optional(),
  QueueUrl: z.string().optional(),
  RequestItems: z.record(z.string(), z.unknown()).optional(),
  TransactItems: z.array(z.record(z.string(), z.looseObject({ TableName: z.string() }))).optional(),
});

const parsed = (text: string): z.infer<typeof Targets> => {
  try {
    return Targets.parse(JSON.parse(text));
  } catch {
    return {}; // the emulator reports it
  }
};

const tablesIn = (text: string): string[] => {
  const { TableName, RequestItems = {}, TransactItems = [] } = parsed(text);
  const names = [
    ...(TableName ? [TableName] : []),
    ...Object.keys(RequestItems),
    ...TransactItems.flatMap((item) => Object.values(item).map((one) => one.TableName)),
  ];
  return [...new Set(names.map(shortName))].sort();
};

const queuesIn = (text: string): string[] => {
  const name = parsed(text).QueueUrl?.split('/').at(-1);
  return name ? [shortName(name)] : [];
};

/** Whether a call matches the filter. */
export const matchesFault = (
  { worker, call, logFields }: Which,
  caller: Caller,
  made: Call,
): boolean =>
  (worker === undefined || worker === caller.worker) &&
  (call === undefined || call === made.name || call === made.operation) &&
  (logFields === undefined || made.logFields.includes(logFields));
