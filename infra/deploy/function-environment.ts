import { queueNames, queueVariable } from '#lib/queues.ts';
import { secretNames, settingNames } from '#lib/settings.ts';
import { tableNames, tableVariable } from '#lib/tables.ts';
import { pascalCase, queueLogicalId } from './queue-resources.ts';

const ref = (logicalId: string) => ({ Ref: logicalId });

/**
 * The environment of every function, from the lists of tables, queues and settings. A
 * setting is passed as it is set where the service is packaged or started; a secret never is, only
 * the name of the SSM parameter that holds it.
 */
export const functionEnvironment = (
  given: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> => ({
  ORIGINALS_BUCKET: ref('OriginalsBucket'),
  DERIVED_BUCKET: ref('DerivedBucket'),
  ...Object.fromEntries(
    tableNames.map((name) => [tableVariable(name), ref(`${pascalCase(name)}Table`)]),
  ),
  ...Object.fromEntries(queueNames.map((name) => [queueVariable(name), ref(queueLogicalId(name))])),
  ...Object.fromEntries(
    [...settingNames, ...secretNames.map((name) => `${name}_PARAMETER`)].map((name) => [
      name,
      given[name] ?? '',
    ]),
  ),
});
