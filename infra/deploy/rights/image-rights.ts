import { call, inside, type Meaning, on } from './meaning.ts';

/** A content moves in the transaction that swaps its image. */
const move = (name: string) => new RegExp(`\\bmove: "${name}"`);

export const imageRights = {
  'find images': {
    grants: [on('ImagesTable', 'dynamodb:GetItem')],
    neededFor: call('images', 'find', 'findRawExif'),
  },
  'list images': {
    grants: [
      inside('ImagesTable', 'index/by-time', 'dynamodb:Query'),
      inside('ImagesTable', 'index/by-status', 'dynamodb:Query'),
      on('ImagesTable', 'dynamodb:BatchGetItem'),
      on('ShelvesTable', 'dynamodb:GetItem'),
    ],
    neededFor: call('images', 'list'),
  },
  'sweep images': {
    grants: [
      inside('ImagesTable', 'index/by-status', 'dynamodb:Query'),
      on('ImagesTable', 'dynamodb:BatchGetItem'),
      on('ShelvesTable', 'dynamodb:GetItem'),
    ],
    neededFor: call('images', 'unfinished'),
  },
  'swap images': {
    grants: [
      on('ImagesTable', 'dynamodb:PutItem'),
      on('TalliesTable', 'dynamodb:UpdateItem'),
      on('ShelvesTable', 'dynamodb:UpdateItem'),
    ],
    neededFor: call('images', 'swap'),
  },
  'count images': {
    grants: [on('TalliesTable', 'dynamodb:Query')],
    neededFor: call('images', 'counts'),
  },
  'keep raw-exif': {
    grants: [on('ImagesTable', 'dynamodb:PutItem')],
    neededFor: call('images', 'keepRawExif'),
  },
  'forget raw-exif': {
    grants: [on('ImagesTable', 'dynamodb:DeleteItem')],
    neededFor: call('images', 'forgetRawExif'),
  },
  'find contents': {
    grants: [on('ContentsTable', 'dynamodb:GetItem')],
    neededFor: call('contents', 'find'),
  },
  'create contents': {
    grants: [on('ContentsTable', 'dynamodb:PutItem')],
    neededFor: move('create'),
  },
  'claim contents': {
    grants: [on('ContentsTable', 'dynamodb:UpdateItem')],
    neededFor: move('claim'),
  },
  'release contents': {
    grants: [on('ContentsTable', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem')],
    neededFor: move('release'),
  },
  'caption contents': {
    grants: [on('ContentsTable', 'dynamodb:GetItem', 'dynamodb:UpdateItem')],
    neededFor: move('caption'),
  },
} satisfies Record<string, Meaning>;
