import { deployedService } from '#infra/localstack/deployed.ts';
import { openCloudFormation } from '#infra/localstack/stack.ts';
import type { CommandTools } from '../cli/run-command.ts';
import { deployService } from './serverless.ts';

type Options = {
  /** A copy of the project. */
  folder: string;
  stage: string;
  /** Where the emulator answers. */
  endpoint: string;
  /** Settings, credentials and other variables for `serverless`. */
  env: Record<string, string | undefined>;
};

/**
 * Deploys to an emulator, and again with PUBLIC_URL: emulators serve an API below a path that no
 * request names and that is known only after the deployment. The second deployment is an update of
 * an existing stack, which needs testing anyway.
 */
export const deployWithLinks = async (
  tools: CommandTools,
  { folder, stage, endpoint, env }: Options,
) => {
  const toEmulator = { ...env, AWS_ENDPOINT_URL: endpoint };
  await deployService(tools, { folder, stage }, toEmulator);
  const place = { stackName: `darkroom-${stage}`, endpoint, stage };
  const service = await deployedService(openCloudFormation(endpoint), place);
  await deployService(tools, { folder, stage }, { ...toEmulator, PUBLIC_URL: service.baseUrl });
  return service;
};
