import { call, type Meaning, on } from './meaning.ts';

export const editRights = {
  'begin processes': {
    grants: [on('ProcessesTable', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem')],
    neededFor: call('processes', 'add'),
  },
  // Who finds one, or misses it, is counted.
  'find processes': {
    grants: [on('ProcessesTable', 'dynamodb:GetItem', 'dynamodb:UpdateItem')],
    neededFor: call('processes', 'find'),
  },
  'read processes': {
    grants: [on('ProcessesTable', 'dynamodb:GetItem')],
    neededFor: call('processes', 'read'),
  },
  'swap processes': {
    grants: [on('ProcessesTable', 'dynamodb:UpdateItem')],
    neededFor: call('processes', 'swap'),
  },
  'report processes': {
    grants: [on('ProcessesTable', 'dynamodb:BatchGetItem')],
    neededFor: call('processes', 'report'),
  },
  'find edits': {
    grants: [on('ProcessesTable', 'dynamodb:GetItem')],
    neededFor: call('edits', 'find'),
  },
  'list edits': {
    grants: [on('ProcessesTable', 'dynamodb:BatchGetItem')],
    neededFor: call('edits', 'findAll'),
  },
  'swap edits': {
    grants: [on('ProcessesTable', 'dynamodb:PutItem')],
    neededFor: call('edits', 'swap'),
  },
} satisfies Record<string, Meaning>;
