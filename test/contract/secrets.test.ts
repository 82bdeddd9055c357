import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { openSsm } from '#lib/aws/clients.ts';
import { ssmSecrets } from '#lib/aws/ssm-secrets.ts';

const RequestParts = z.object({ Name: z.string(), WithDecryption: z.literal(true) });

/** None of our backends has SSM; this server implements what GetParameter needs of its protocol. */
const startSsm = async (parameters: Record<string, string>) => {
  const requested: string[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { Name } = RequestParts.parse(JSON.parse(text));
    requested.push(Name);
    const value = parameters[Name];
    const fault = { __type: 'ParameterNotFound', message: `no ${Name}` };
    response.writeHead(value === undefined ? 400 : 200, {
      'content-type': 'application/x-amz-json-1.1',
    });
    response.end(JSON.stringify(value === undefined ? fault : { Parameter: { Value: value } }));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  const client = openSsm({
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  return { requested, client: () => client };
};

describe('a secret', () => {
  const environment = { HF_TOKEN_PARAMETER: '/darkroom/hf' };

  it('is the variable itself where it is set, without a call to SSM', async () => {
    const { requested, client } = await startSsm({ '/darkroom/hf': 'from-ssm' });
    const secret = ssmSecrets({ client, environment: { ...environment, HF_TOKEN: 'own' } });

    expect(await secret('HF_TOKEN')).toBe('own');
    expect(requested).toEqual([]);
  });

  it('is undefined where neither is set', async () => {
    const { client } = await startSsm({});

    const secret = ssmSecrets({ client, environment: { A: '', A_PARAMETER: '' } });

    expect(await secret('A')).toBeUndefined();
    expect(await secret('B')).toBeUndefined();
  });

  it('is otherwise the named parameter, read once in five minutes', async () => {
    const parameters = { '/darkroom/hf': 'first' };
    const { requested, client } = await startSsm(parameters);
    let now = 0;
    const secret = ssmSecrets({
      client,
      environment: { ...environment, HF_TOKEN: '' },
      now: () => now,
    });

    expect(await Promise.all([secret('HF_TOKEN'), secret('HF_TOKEN')])).toEqual(['first', 'first']);
    parameters['/darkroom/hf'] = 'second';
    now = 299_000;
    expect(await secret('HF_TOKEN')).toBe('first');
    now = 301_000;
    expect(await secret('HF_TOKEN')).toBe('second');
    expect(requested).toHaveLength(2);
  });

  it('that cannot be read is an error, and is read again', async () => {
    const parameters: Record<string, string> = {};
    const { client } = await startSsm(parameters);
    const secret = ssmSecrets({ client, environment });

    await expect(secret('HF_TOKEN')).rejects.toThrow('/darkroom/hf');
    parameters['/darkroom/hf'] = 'there now';
    expect(await secret('HF_TOKEN')).toBe('there now');
  });
});
