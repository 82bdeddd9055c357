import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Deployment, networkReason, Refusal } from './deployment.ts';

/**
 * Writes a file of the deployment beside ours. A download that breaks off leaves what was there
 * before. Throws a Refusal.
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
    const reason = error instanceof Refusal ? error.message : networkReason(error);
    throw new Refusal(`${to} could not be written: ${reason}`);
  } finally {
    await rm(part, { force: true });
  }
};
