import type { APIGatewayProxyEvent, Context } from 'aws-lambda';

type EventOptions = {
  method?: string;
  /** As the API knows it; `stage` is put before it in the request context. */
  path?: string;
  /** The route's pattern, as API Gateway sends it. */
  resource?: string;
  pathParameters?: Record<string, string>;
  query?: Record<string, string | string[]>;
  headers?: Record<string, string>;
  body?: string | Uint8Array | undefined;
  /** Whether the body is sent as base64, as on AWS, or as text, as JSON on the local stack. */
  base64?: boolean;
  stage?: string | undefined;
  apiKeyId?: string | undefined;
};

/** An event of a REST API (payload 1.0), with the properties that functions read. */
export const anHttpEvent = ({
  method = 'GET',
  path = '/',
  resource = path,
  pathParameters,
  query = {},
  headers = {},
  body,
  base64 = true,
  stage,
  apiKeyId,
}: EventOptions = {}): APIGatewayProxyEvent => {
  const lists = Object.entries(query).map(([name, value]) => [name, [value].flat()] as const);
  const all = { Host: 'api.example', ...headers };
  return {
    httpMethod: method,
    path,
    resource,
    pathParameters: pathParameters ?? null,
    queryStringParameters: lists.length
      ? Object.fromEntries(lists.map(([name, values]) => [name, values.at(-1)]))
      : null,
    multiValueQueryStringParameters: lists.length ? Object.fromEntries(lists) : null,
    headers: all,
    multiValueHeaders: Object.fromEntries(
      Object.entries(all).map(([name, value]) => [name, [value]]),
    ),
    body: body === undefined ? null : Buffer.from(body).toString(base64 ? 'base64' : 'utf8'),
    isBase64Encoded: base64 && body !== undefined,
    stageVariables: null,
    requestContext: makeRequestContext({ method, path, resource, stage, apiKeyId }),
  };
};

const makeRequestContext = ({
  method,
  path,
  resource,
  stage,
  apiKeyId,
}: Pick<EventOptions, 'stage' | 'apiKeyId'> & {
  method: string;
  path: string;
  resource: string;
}) => {
  const identity = {
    accessKey: null,
    accountId: null,
    apiKey: null,
    apiKeyId: apiKeyId ?? null,
    caller: null,
    clientCert: null,
    cognitoAuthenticationProvider: null,
    cognitoAuthenticationType: null,
    cognitoIdentityId: null,
    cognitoIdentityPoolId: null,
    principalOrgId: null,
    sourceIp: '192.0.2.1',
    user: null,
    userAgent: null,
    userArn: null,
  };
  return {
    accountId: '123456789012',
    apiId: 'api',
    authorizer: null,
    domainName: 'gateway.example',
    httpMethod: method,
    identity,
    path: stage ? `/${stage}${path}` : path,
    protocol: 'HTTP/1.1',
    requestId: '11111111-2222-4333-8444-555555555555',
    requestTimeEpoch: 0,
    resourceId: 'resource',
    resourcePath: resource,
    stage: stage ?? 'dev',
  };
};

/** A Lambda's context with half a minute left. */
export const aContext = (remainingMs = 30_000): Context => ({
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'test',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:test',
  memoryLimitInMB: '128',
  awsRequestId: 'invocation',
  logGroupName: 'test',
  logStreamName: 'test',
  getRemainingTimeInMillis: () => remainingMs,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
});

type Part = {
  name: string;
  filename?: string;
  contentType?: string;
  contents: string | Uint8Array;
};

/** A multipart body as curl writes it. */
export const aForm = (parts: readonly Part[], boundary = '----form-boundary') => ({
  headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
  body: Buffer.concat([
    ...parts.flatMap(({ name, filename, contentType, contents }) => [
      Buffer.from(
        [
          `--${boundary}`,
          `Content-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}`,
          ...(contentType ? [`Content-Type: ${contentType}`] : []),
          '',
          '',
        ].join('\r\n'),
      ),
      Buffer.from(contents),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${boundary}--\r\n`),
  ]),
});
