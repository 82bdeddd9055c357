import { call, inside, type Meaning, on } from './meaning.ts';

export const batchRights = {
  'find batches': {
    grants: [on('BatchesTable', 'dynamodb:GetItem')],
    neededFor: call('batches', 'find'),
  },
  'list batches': {
    grants: [
      inside('BatchesTable', 'index/by-time', 'dynamodb:Query'),
      on('BatchesTable', 'dynamodb:BatchGetItem'),
      on('ShelvesTable', 'dynamodb:GetItem'),
    ],
    neededFor: call('batches', 'list'),
  },
  'sweep batches': {
    grants: [
      inside('BatchesTable', 'index/by-unfinished', 'dynamodb:Query'),
      on('BatchesTable', 'dynamodb:BatchGetItem'),
    ],
    neededFor: call('batches', 'unfinished'),
  },
  'swap batches': {
    grants: [on('BatchesTable', 'dynamodb:PutItem'), on('ShelvesTable', 'dynamodb:UpdateItem')],
    neededFor: call('batches', 'swap'),
  },
  'find rows': {
    grants: [on('BatchesTable', 'dynamodb:GetItem')],
    neededFor: call('rows', 'find'),
  },
  'page rows': {
    grants: [on('BatchesTable', 'dynamodb:Query')],
    neededFor: call('rows', 'page'),
  },
  'add rows': {
    grants: [on('BatchesTable', 'dynamodb:GetItem', 'dynamodb:PutItem')],
    neededFor: call('rows', 'add'),
  },
  'swap rows': {
    grants: [on('BatchesTable', 'dynamodb:PutItem'), on('TalliesTable', 'dynamodb:UpdateItem')],
    neededFor: call('rows', 'swap'),
  },
  'count rows': {
    grants: [on('TalliesTable', 'dynamodb:Query')],
    neededFor: call('rows', 'counts'),
  },
} satisfies Record<string, Meaning>;
