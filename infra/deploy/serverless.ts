import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandTools } from '../cli/run-command.ts';

/** The project's folder. */
export const project = fileURLToPath(new URL('../..', import.meta.url));

const osls = (): string => {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve('serverless/package.json')), 'bin', 'serverless.js');
};

/** The account, region and root credentials that emulators know. */
export const emulatorEnvironment = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_PROFILE: undefined,
  AWS_SESSION_TOKEN: undefined,
};

type Environment = Record<string, string | undefined>;

const deployTimeoutMs = 240_000; // a deployment that an emulator does not understand never ends

// Emulators run functions on this machine, which needs another build of sharp than Lambda.
const architecture = process.arch === 'arm64' ? 'arm64' : 'x86_64';

const serverless = (tools: CommandTools, args: string[], folder: string, env: Environment) =>
  tools.run(process.execPath, [osls(), ...args, `--param=architecture=${architecture}`], {
    cwd: folder,
    env: { ...emulatorEnvironment, SLS_AWS_MONITORING_FREQUENCY: '300', ...env },
    timeoutMs: deployTimeoutMs,
    quiet: true,
  });

/** `serverless package` into `folder`. Returns the template for CloudFormation. */
export const packageService = async (
  tools: CommandTools,
  { folder, stage, params = [] }: { folder: string; stage: string; params?: readonly string[] },
  env: Environment,
): Promise<unknown> => {
  const given = params.map((param) => `--param=${param}`);
  await tools.step(['packaging the service', ...params].join(' with '), () =>
    serverless(tools, ['package', '--stage', stage, '--package', folder, ...given], project, env),
  );
  const file = join(folder, 'cloudformation-template-update-stack.json');
  return JSON.parse(readFileSync(file, 'utf8'));
};

const parts = ['functions', 'lib', 'infra', 'package.json', 'package-lock.json', 'serverless.yml'];

/**
 * A copy of what `serverless deploy` needs, so that suites may run side by side and a suite may
 * break the copy on purpose.
 */
export const copyProject = (tools: CommandTools): string => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-deploy-'));
  tools.onEnd(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of parts) cpSync(join(project, part), join(folder, part), { recursive: true });
  symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'));
  return folder;
};

/** `serverless deploy` of the project in `folder`, to what AWS_ENDPOINT_URL of `env` names. */
export const deployService = (
  tools: CommandTools,
  { folder, stage }: { folder: string; stage: string },
  env: Environment,
): Promise<void> =>
  tools.step('packaging and deploying the service', () =>
    serverless(tools, ['deploy', '--stage', stage], folder, env),
  );
