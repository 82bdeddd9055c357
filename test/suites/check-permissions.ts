import { CommandFailedError } from '#infra/cli/run-command.ts';
import { permissionExceptions } from './permission-exceptions.ts';
import {
  type Decision,
  findDeniedCalls,
  findNeedlessExceptions,
  findUnusedPermissions,
  type Roles,
} from './permissions.ts';

/** Throws CommandFailedError that names each missing statement, each unused one and each needless exception. */
export const checkPermissions = (roles: Roles, decisions: readonly Decision[]): void => {
  const complaints = [
    ...findDeniedCalls(decisions).map(
      ({ principal, action, resource }) => `${principal} was refused ${action} on ${resource}`,
    ),
    ...findUnusedPermissions(roles, decisions, permissionExceptions).map(
      ({ fn, action, resource }) => `${fn} may ${action} on ${resource}, and never did`,
    ),
    ...findNeedlessExceptions(roles, permissionExceptions).map(
      ({ fn = 'every function', actions, resource = 'anything' }) =>
        `the exception for ${fn} to ${actions.join()} on ${resource} explains nothing any more`,
    ),
  ];
  if (complaints.length === 0) return;
  const list = complaints.toSorted().map((complaint) => `  ${complaint}`);
  throw new CommandFailedError(
    [
      'The statements in functions/*/functions.yml are not what the functions need:',
      ...list,
      'Add or remove statements; what only a kill reaches belongs in test/suites/permission-exceptions.ts.',
    ].join('\n'),
  );
};
