import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { ServerPorts } from '#test/e2e/settings.ts';
import { apiKey, secrets, settingsFor } from '#test/e2e/settings.ts';
import { freeServerPorts } from '#test/e2e/stack.ts';

export type E2eDeployment = {
  serverPorts: ServerPorts;
  apiKey: string;
  /** What a Darkroom is deployed with, so that the e2e suite can run against it. */
  settings: Record<string, string>;
};

const ofEmulators = {
  PIPELINE_CONCURRENCY: '2', // each invocation is a separate process
  SWEEP_MINUTES: '1',
  // The suite sends more than an operator's clients may: its requests are not to be throttled.
  THROTTLE_RATE: '1000',
  THROTTLE_BURST: '2000',
};

/** Chooses ports for the servers that the Darkroom is to call, and stores its secrets at `endpoint`. */
export const prepareE2eDeployment = async (endpoint: string): Promise<E2eDeployment> => {
  const serverPorts = await freeServerPorts();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const ssm = new SSMClient({ endpoint, region: 'us-east-1', credentials });
  const parameters = Object.entries(secrets).map(([name, Value]) => {
    const Name = `/darkroom/dev/${name.toLowerCase().replaceAll('_', '-')}`;
    return { variable: `${name}_PARAMETER`, Name, Value };
  });
  for (const { Name, Value } of parameters)
    await ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString' }));
  ssm.destroy();
  return {
    serverPorts,
    apiKey,
    settings: {
      ...settingsFor(serverPorts),
      ...ofEmulators,
      ...Object.fromEntries(parameters.map(({ variable, Name }) => [variable, Name])),
    },
  };
};

/** The same for functions that run outside the emulator, with their secrets in the environment. */
export const prepareE2eOnHost = async (): Promise<E2eDeployment> => {
  const serverPorts = await freeServerPorts();
  const settings = { ...settingsFor(serverPorts), ...ofEmulators, ...secrets };
  return { serverPorts, apiKey, settings };
};
