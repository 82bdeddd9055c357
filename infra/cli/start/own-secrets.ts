import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { DataFolder } from '#infra/local-cloud/launcher/data-folder.ts';
import { newSecret } from '#lib/web/webhook-signature.ts';
import type { Environment } from './local-settings.ts';

/** By setting. */
export const secretFiles = {
  WEBHOOK_SECRET: { file: 'webhook-secret', make: newSecret },
  DELIVERY_SECRET: { file: 'delivery-secret', make: () => randomBytes(32).toString('base64url') },
} as const;

/**
 * The environment with the secrets that sign webhooks and links of pictures: the person's own, or
 * such as are made once and stored with the data, so that after a restart receivers can still
 * verify, and issued links stay valid.
 */
export const withOwnSecrets = (
  environment: Environment,
  folder: Pick<DataFolder, 'in'>,
): Environment => {
  const secrets: Environment = {};
  for (const [name, { file, make }] of Object.entries(secretFiles)) {
    if (environment[name] || environment[`${name}_PARAMETER`]) continue;
    const path = folder.in(file);
    if (!existsSync(path)) writeFileSync(path, `${make()}\n`, { mode: 0o600 });
    secrets[name] = readFileSync(path, 'utf8').trim();
  }
  return { ...environment, ...secrets };
};
