import { readFileSync } from 'node:fs';
import { z } from 'zod';

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const Statement = z.looseObject({ Action: oneOrMore, Resource: oneOrMore });
const Document = z.looseObject({ Statement: z.array(Statement) });

/** What ministack knows: by the name of a role, by the name of a policy, its document. */
const Roles = z.record(
  z.string(),
  z.record(
    z.string(),
    z.union([z.string().transform((text) => Document.parse(JSON.parse(text))), Document]),
  ),
);
export type Roles = z.output<typeof Roles>;

const Decision = z.object({
  principal: z.string(),
  action: z.string(),
  resource: z.string(),
  decision: z.enum(['Allow', 'Deny']),
});
/** One decision about one call: the role that made it, the action and resource, and the answer. */
export type Decision = z.infer<typeof Decision>;

/** Actions that may be allowed although no test makes them happen, and why. */
export type Exception = {
  /** As the function is named in serverless.yml; every function where it is left out. */
  fn?: string;
  actions: readonly string[];
  /** Part of the resource's ARN; any resource where it is left out. */
  resource?: string;
  reason: string;
};

export type Permission = { fn: string; action: string; resource: string };

/** What every function may do: its policy is named after it, `darkroom-dev-get-image`. */
export const grantedPermissions = (roles: Roles): (Permission & { role: string })[] =>
  Object.entries(roles).flatMap(([role, policies]) =>
    Object.entries(policies).flatMap(([policy, { Statement }]) =>
      Statement.flatMap(({ Action, Resource }) =>
        Action.flatMap((action) =>
          Resource.map((resource) => ({ role, fn: toFunctionName(policy), action, resource })),
        ),
      ),
    ),
  );

const toFunctionName = (policy: string): string => policy.replace(/^[a-z]+-[a-z0-9]+-/, '');

/** Permissions that no call in the whole run needed, and that no exception explains. */
export const findUnusedPermissions = (
  roles: Roles,
  decisions: readonly Decision[],
  exceptions: readonly Exception[],
): Permission[] =>
  grantedPermissions(roles)
    .filter(
      ({ role, action, resource }) =>
        !decisions.some(
          (made) =>
            made.principal.includes(`/${role}`) &&
            matches(action, made.action) &&
            matches(resource, made.resource),
        ),
    )
    .filter((permission) => !exceptions.some((exception) => explains(exception, permission)))
    .map(({ fn, action, resource }) => ({ fn, action, resource }));

/**
 * Exceptions for what no function may do any more: the list must not outlive its reasons. One whose
 * permission was used this time stays: what it explains may depend on timing.
 */
export const findNeedlessExceptions = (
  roles: Roles,
  exceptions: readonly Exception[],
): Exception[] => {
  const granted = grantedPermissions(roles);
  return exceptions.filter(
    (exception) => !granted.some((permission) => explains(exception, permission)),
  );
};

/** Calls that a function made and was not allowed to: each is a missing statement. */
export const findDeniedCalls = (decisions: readonly Decision[]): Decision[] =>
  decisions.filter(({ decision }) => decision !== 'Allow');

const explains = ({ fn, actions, resource }: Exception, permission: Permission): boolean =>
  (fn === undefined || fn === permission.fn) &&
  actions.includes(permission.action) &&
  (resource === undefined || permission.resource.includes(resource));

/** IAM's wildcards: `*` stands for any characters, `?` for one; actions know no case. */
const matches = (pattern: string, value: string): boolean => {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  const source = escaped.replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'i').test(value);
};

export const readRoles = (file: string): Roles =>
  Roles.parse(JSON.parse(readFileSync(file, 'utf8')));

export const readDecisions = (file: string): Decision[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Decision.parse(JSON.parse(line)));
