import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { CommandTools } from '#infra/cli/run-command.ts';
import { emulatorEnvironment, project } from '#infra/deploy/serverless.ts';
import { serverPortsVariable } from '#test/e2e/stack.ts';
import type { E2eDeployment } from './e2e-deployment.ts';

const vitest = () =>
  join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');

type Environment = Record<string, string | undefined>;

// A test is repeated once: under load these emulators sometimes answer 500 where AWS and ours do not.
const repeats = ['--retry', '1'];
// Each invocation may start its own process here, and the queues are polled in turn.
const timeouts = ['--testTimeout', '300000', '--hookTimeout', '300000'];

const suite = (tools: CommandTools, title: string, args: string[], env: Environment) =>
  tools.step(title, () =>
    tools.run(process.execPath, [vitest(), 'run', ...args, ...timeouts], {
      cwd: project,
      env: { ...emulatorEnvironment, ...env },
    }),
  );

/**
 * One suite per port, on the backend at `endpoint` instead of the embedded emulators. `gaps` are the
 * names of tests of what this backend does not support.
 */
export const runContractSuite = (
  tools: CommandTools,
  endpoint: string,
  gaps: readonly string[],
): Promise<void> =>
  suite(
    tools,
    'the contract suites',
    [
      ...['--project', 'contract'],
      ...['--exclude', 'test/contract/emulators/**'], // they know no other backend
      ...['--testNamePattern', `^(?!.*(${gaps.join('|')})$)`],
    ],
    { AWS_ENDPOINT_URL: endpoint },
  );

/** What must be true of the zips and the template, packaged for production. */
export const runPackageSuite = (tools: CommandTools): Promise<void> =>
  suite(tools, 'the zips and the template', ['--project', 'package'], {});

type Service = {
  baseUrl: string;
  endpoint: string;
  deployment: Pick<E2eDeployment, 'apiKey' | 'serverPorts'>;
  /** A file of certificates to trust, where there are some of our own. */
  trusted?: string;
  /** Ends with the first test that fails. */
  firstFailureEnds?: boolean;
};

/** The whole service over HTTP, and the stores behind it where a test puts objects there. */
export const runE2eSuite = (
  tools: CommandTools,
  title: string,
  { baseUrl, endpoint, deployment, trusted, firstFailureEnds }: Service,
): Promise<void> =>
  suite(
    tools,
    `the e2e suite ${title}`,
    ['--project', 'e2e', ...(firstFailureEnds ? ['--bail', '1'] : repeats)],
    {
      BASE_URL: baseUrl,
      AWS_ENDPOINT_URL: endpoint,
      API_KEY: deployment.apiKey,
      [serverPortsVariable]: JSON.stringify(deployment.serverPorts),
      ...(trusted && { NODE_EXTRA_CA_CERTS: trusted, CURL_CA_BUNDLE: trusted }),
    },
  );
