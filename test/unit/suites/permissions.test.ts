import { describe, expect, it } from 'vitest';
import {
  type Decision,
  findDeniedCalls,
  findNeedlessExceptions,
  findUnusedPermissions,
  type Roles,
} from '#test/suites/permissions.ts';

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/darkroom-dev-images';
const files = 'arn:aws:s3:::darkroom-dev-derived/*';

const rolesWith = (...statements: [action: string, resource: string][]): Roles => ({
  'darkroom-dev-GetImageRole-1A2B': {
    'darkroom-dev-get-image': {
      Statement: statements.map(([action, resource]) => ({
        Action: [action],
        Resource: [resource],
      })),
    },
  },
});

const call = (action: string, resource: string, role = 'GetImageRole-1A2B'): Decision => ({
  principal: `arn:aws:sts::000000000000:assumed-role/darkroom-dev-${role}/darkroom-dev-get-image`,
  action,
  resource,
  decision: 'Allow',
});

describe('the check of permissions', () => {
  it('finds no fault where every statement was used, by its wildcards too', () => {
    const roles = rolesWith(['dynamodb:GetItem', table], ['s3:Get*', files]);
    const calls = [
      call('dynamodb:GetItem', table),
      call('s3:GetObject', 'arn:aws:s3:::darkroom-dev-derived/a/b.jpg'),
    ];

    expect(findUnusedPermissions(roles, calls, [])).toEqual([]);
  });

  it('names an action that is allowed and was never used, by function and resource', () => {
    const roles = rolesWith(['dynamodb:GetItem', table], ['dynamodb:DeleteItem', table]);

    expect(findUnusedPermissions(roles, [call('dynamodb:GetItem', table)], [])).toEqual([
      { fn: 'get-image', action: 'dynamodb:DeleteItem', resource: table },
    ]);
  });

  it('does not take the call of another function, or on another resource, for a use', () => {
    const roles = rolesWith(['dynamodb:GetItem', table]);
    const calls = [
      call('dynamodb:GetItem', `${table}-of-others`),
      call('dynamodb:GetItem', table, 'GetStatsRole-3C4D'),
    ];

    expect(findUnusedPermissions(roles, calls, [])).toHaveLength(1);
  });

  it('accepts what an exception explains, and complains when the exception is needless', () => {
    const roles = rolesWith(['dynamodb:DeleteItem', table]);
    const exception = { fn: 'get-image', actions: ['dynamodb:DeleteItem'], reason: 'Only a kill.' };
    const other = { ...exception, actions: ['dynamodb:Scan'] };

    expect(findUnusedPermissions(roles, [], [exception])).toEqual([]);
    expect(findNeedlessExceptions(roles, [exception, other])).toEqual([other]);
  });

  it('names a call that was refused: its statement is missing', () => {
    const refused: Decision = { ...call('s3:PutObject', files), decision: 'Deny' };

    expect(findDeniedCalls([call('s3:GetObject', files), refused])).toEqual([refused]);
  });
});
