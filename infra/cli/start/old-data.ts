import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What earlier versions stored by other emulators, which those of today cannot read. */
export class OldDataError extends Error {
  override readonly name = 'OldDataError';
}

const oldStores = ['dynamodb/items/CURRENT', 'sqs/fauxqs.db'];

/** Throws OldDataError where the folder holds data of a version whose emulators were others. */
export const refuseOldData = (path: string): void => {
  if (!oldStores.some((name) => existsSync(join(path, name)))) return;
  throw new OldDataError(
    `${path} holds data of an earlier version, which this one cannot read: start anew by ` +
      'npm start -- --fresh, or choose another DATA_DIR.',
  );
};
