import { z } from 'zod';
import { describeSettingErrors, Settings } from '#lib/settings.ts';

const wholeNumber = (maximum: number) => {
  const allowed = `must be a whole number from 1 to ${maximum}`;
  return z.coerce.number(allowed).int(allowed).min(1, allowed).max(maximum, allowed);
};

/**
 * Settings of a deployed stage alone, which serverless.yml reads. An account's API Gateway takes 10 000
 * requests a second and a burst of 5 000 in most regions (API Gateway Developer Guide, "Quotas").
 */
export const deployedShape = {
  THROTTLE_RATE: wholeNumber(10_000)
    .prefault(50)
    .describe('requests a second that a deployed stage takes; more get a 429'),
  THROTTLE_BURST: wholeNumber(5_000)
    .prefault(100)
    .describe('requests at once that a deployed stage takes above that rate'),
};

const Deployed = Settings.extend(deployedShape);

/**
 * Throws for settings that would make the deployment or every function fail, before anything is
 * deployed: with the name, the value and what is allowed.
 */
export const refuseWrongSettings = (environment: Record<string, string | undefined>): void => {
  if (Number(environment['PIPELINE_CONCURRENCY']) === 1)
    throw new Error(
      "PIPELINE_CONCURRENCY=1 works on the embedded stack only: Lambda's minimum is 2.",
    );
  // An empty variable means "not set".
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Deployed.safeParse(set);
  if (!parsed.success) throw new Error(describeSettingErrors(parsed.error, set));
};
