import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { DataFolder } from '#infra/local-cloud/launcher/data-folder.ts';
import { newSecret } from '#lib/web/webhook-signature.ts';
import type { Environment } from './local-settings.ts';

/**
 * The environment with a secret that signs webhooks: the person's own, or one that is made once and
 * kept with the data, so that receivers can go on verifying after a restart.
 */
export const withWebhookSecret = (environment: Environment, folder: DataFolder): Environment => {
  if (environment['WEBHOOK_SECRET'] || environment['WEBHOOK_SECRET_PARAMETER']) return environment;
  const path = folder.in('webhook-secret');
  if (!existsSync(path)) writeFileSync(path, `${newSecret()}\n`, { mode: 0o600 });
  return { ...environment, WEBHOOK_SECRET: readFileSync(path, 'utf8').trim() };
};
