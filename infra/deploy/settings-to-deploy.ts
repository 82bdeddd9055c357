import { describeSettingErrors, Settings } from '#lib/settings.ts';

/**
 * Throws for settings that would make every function fail at start, before they are deployed: with
 * the name, the value and what is allowed.
 */
export const refuseWrongSettings = (environment: Record<string, string | undefined>): void => {
  if (Number(environment['PIPELINE_CONCURRENCY']) === 1)
    throw new Error(
      "PIPELINE_CONCURRENCY=1 works on the embedded stack only: Lambda's minimum is 2.",
    );
  // An empty variable means "not set".
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Settings.safeParse(set);
  if (!parsed.success) throw new Error(describeSettingErrors(parsed.error, set));
};
