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
  /** Settings, credentials and what else `serverless` needs. */
  env: Record<string, string | undefined>;
};

/**
 * Deploys to an emulator, and again with PUBLIC_URL: emulators put an API below a path that no
 * request tells of, and that has a name of its own only when it is there. The second time is an
 * update of a stack that stands, which wants testing anyway.
 */
export const deployWithLinks = async (
  lane: CommandTools,
  { folder, stage, endpoint, env }: Options,
) => {
  const toEmulator = { ...env, AWS_ENDPOINT_URL: endpoint };
  await deployService(lane, { folder, stage }, toEmulator);
  const place = { stackName: `darkroom-${stage}`, endpoint, stage };
  const service = await deployedService(openCloudFormation(endpoint), place);
  await deployService(lane, { folder, stage }, { ...toEmulator, PUBLIC_URL: service.baseUrl });
  return service;
};
