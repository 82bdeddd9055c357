import { z } from 'zod';

/** What a service refuses. `code` is the name of its error, without its namespace. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const ErrorBody = z.object({
  __type: z.string(),
  message: z.string().optional(),
  Message: z.string().optional(),
});

export type CallAws = (target: string, input: object) => Promise<unknown>;

/**
 * Calls a service of AWS' JSON protocol by plain requests: the few calls that make resources need no
 * SDK, which would take longer to load than all of this takes. Throws AwsError.
 */
export const openAws = (url: string, { region }: { region: string }): CallAws => {
  const scope = `local/20260101/${region}/local/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
  return async (target, input) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': target,
        authorization,
      },
      body: JSON.stringify(input),
    });
    const body: unknown = await response.json();
    if (response.ok) return body;
    const { __type, message, Message } = ErrorBody.parse(body);
    throw new AwsError(__type.replace(/^.*#/, ''), message ?? Message ?? __type);
  };
};
