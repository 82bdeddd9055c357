import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Deployment, DeploymentError, networkReason } from './deployment.ts';

/**
 * Downloads a file of the deployment. A download that breaks off leaves the file that was there
 * before. Throws a DeploymentError.
 */
export const saveResults = async (
  deployment: Deployment,
  from: string,
  to: string,
): Promise<void> => {
  const part = `${to}.part`;
  try {
    const body = await deployment.file(from);
    await pipeline(Readable.fromWeb(body), createWriteStream(part));
    await rename(part, to);
  } catch (error) {
    const reason = error instanceof DeploymentError ? error.message : networkReason(error);
    throw new DeploymentError(`${to} could not be written: ${reason}`);
  } finally {
    await rm(part, { force: true });
  }
};
