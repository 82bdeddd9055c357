import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { ssm } from './clients.ts';

const freshMs = 5 * 60_000; // a changed secret is used everywhere after so long, without a deploy

type Deps = {
  client?: () => SSMClient;
  environment?: Record<string, string | undefined>;
  now?: () => number;
};

/**
 * Reads secrets by the name of their setting: the variable itself if it is set, else the SSM
 * parameter that `<NAME>_PARAMETER` names, cached for five minutes. Undefined where neither is
 * set. A parameter that cannot be read is an error that names it, never its value.
 */
export const ssmSecrets = ({
  client = ssm,
  environment = process.env,
  now = Date.now,
}: Deps = {}) => {
  const known = new Map<string, { value: Promise<string>; readAt: number }>();

  const read = async (parameter: string): Promise<string> => {
    const { Parameter: found } = await client().send(
      new GetParameterCommand({ Name: parameter, WithDecryption: true }),
    );
    if (!found?.Value) throw new Error(`The SSM parameter ${parameter} is empty.`);
    return found.Value;
  };

  return async (name: string): Promise<string | undefined> => {
    const own = environment[name];
    if (own) return own;
    const parameter = environment[`${name}_PARAMETER`];
    if (!parameter) return undefined;

    const remembered = known.get(parameter);
    if (remembered && now() - remembered.readAt < freshMs) return remembered.value;
    const value = read(parameter);
    known.set(parameter, { value, readAt: now() });
    value.catch(() => {
      if (known.get(parameter)?.value === value) known.delete(parameter); // read again next time
    });
    return value;
  };
};

/** The secrets of this process. */
export const secret = ssmSecrets();
