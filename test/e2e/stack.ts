import type { TestProject } from 'vitest/node';
import { z } from 'zod';
import { freePorts, startEmbeddedStack } from '#test/support/embedded-stack.ts';
import { noFaultsYet } from '#test/support/faults-config.ts';
import { apiKey, type ServerPorts, secrets, settingsFor } from './settings.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the API is, and what an SDK client needs to reach the stores behind it. */
    target: Target;
    /** Where the tests must listen, because the Darkroom under test is configured to call there. */
    serverPorts: ServerPorts;
    /** What only an embedded stack has; null where the suite runs on another one. */
    embedded: { dataDir: string; faultsUrl: string } | null;
  }
}

export type Target = { baseUrl: string; env: Record<string, string> };

/** Where a suite that deploys a Darkroom first says which ports it has deployed it with. */
export const serverPortsVariable = 'E2E_SERVER_PORTS';

const Ports = z.object({
  captions: z.int(),
  edits: z.int(),
  origin: z.int(),
  receiver: z.int(),
});

/**
 * One running Darkroom for the whole suite: the one at BASE_URL, with AWS_ENDPOINT_URL* and
 * credentials in the environment, or an embedded stack of our own.
 */
export default async (project: TestProject) => {
  const baseUrl = process.env['BASE_URL'];
  if (baseUrl) {
    const env = Object.fromEntries(
      Object.entries(process.env).filter((entry): entry is [string, string] => !!entry[1]),
    );
    project.provide('embedded', null);
    project.provide('serverPorts', readServerPorts(env[serverPortsVariable]));
    project.provide('target', { baseUrl: baseUrl.replace(/\/$/, ''), env });
    return;
  }
  const serverPorts = await freeServerPorts();
  const { env, faultsUrl } = await noFaultsYet();
  const stack = await startEmbeddedStack({
    faultInjection: true,
    env: { ...settingsFor(serverPorts), ...secrets, ...env },
  });
  project.provide('embedded', { dataDir: stack.dataDir, faultsUrl });
  project.provide('serverPorts', serverPorts);
  project.provide('target', { baseUrl: stack.baseUrl, env: { ...stack.env, API_KEY: apiKey } });
  return () => stack.stop();
};

const readServerPorts = (text: string | undefined): ServerPorts => {
  if (text) return Ports.parse(JSON.parse(text));
  throw new Error(
    `With BASE_URL set, ${serverPortsVariable} must name the ports that the Darkroom there was given ` +
      '(test/e2e/settings.ts): {"captions":…,"edits":…,"origin":…,"receiver":…}.',
  );
};

export const freeServerPorts = async (): Promise<ServerPorts> => {
  const [captions = 0, edits = 0, origin = 0, receiver = 0] = await freePorts(4);
  return { captions, edits, origin, receiver };
};
