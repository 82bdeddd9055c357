import type { IncomingMessage } from 'node:http';

/** The little of Fastify's reply that a refusal takes. */
type Reply = {
  code(status: number): Reply;
  type(contentType: string): Reply;
  send(body: string): Reply;
};

const json = 'application/x-amz-json-1.0';

/**
 * Lets through to fauxqs what is SQS. It would answer SNS, STS and S3 as well, to whoever asks: a
 * form in any page, which a browser sends without asking first, could subscribe a queue to a topic
 * and publish to it. For this content type a page has to ask first, and nobody here says yes.
 */
export const onlySqs = async ({ raw }: { raw: IncomingMessage }, reply: Reply) => {
  if (isSqs(raw) || (raw.method === 'GET' && raw.url === '/health')) return;
  const message =
    `This is SQS alone, by its JSON protocol: POST / with content-type ${json}, as the AWS CLI 2 ` +
    'and the SDKs since 2024 send it. Older ones speak the query protocol, which it does not.';
  const body = JSON.stringify({ __type: 'com.amazonaws.sqs#UnsupportedOperation', message });
  return reply.code(400).type(json).send(body);
};

const isSqs = ({ method, url, headers }: IncomingMessage) => {
  // Not `includes`, with which fauxqs looks: `text/plain; of=application/…` needs no asking.
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  return method === 'POST' && url === '/' && type.trim().toLowerCase() === json;
};
