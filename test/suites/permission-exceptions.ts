import type { Exception } from './permissions.ts';

/**
 * What a function may do although the e2e suite on ministack never shows that it does: what AWS itself
 * does by the role of a function, and what only a kill, an outage or bad timing reaches. The fault
 * suite makes those happen, on the embedded stack, which checks no permissions.
 */
export const permissionExceptions: readonly Exception[] = [
  {
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    reason: 'Lambda itself writes the log.',
  },
  {
    actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
    reason: 'Lambda itself takes messages from the queue of an event source mapping.',
  },
  {
    actions: [
      'dynamodb:DescribeStream',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:ListStreams',
    ],
    reason: 'Lambda itself reads the stream of an event source mapping.',
  },
  {
    fn: 'project-changes',
    actions: ['sqs:SendMessage'],
    resource: 'darkroom-dev-project-changes-dlq',
    reason: 'Lambda itself sends what failed for 23 hours.',
  },
  {
    actions: ['kms:Decrypt'],
    reason: 'SSM decrypts a SecureString; ministack requires no key.',
  },
  {
    actions: ['sqs:ChangeMessageVisibility'],
    reason: 'A message is given back when its work failed: in an outage, for most workers.',
  },
  {
    actions: ['s3:ListBucket'],
    reason:
      'With it S3 answers 404 for an object that is not there, without it 403: needed only after a kill or a deletion.',
  },
  {
    actions: ['dynamodb:DeleteItem'],
    resource: 'table/darkroom-dev-idempotency',
    reason: 'A request that failed gives its Idempotency-Key free: in an outage.',
  },
  {
    fn: 'deliver-image',
    actions: ['s3:DeleteObject'],
    resource: 'darkroom-dev-derived/i/',
    reason: 'It removes a variant that it stored while the image was deleted: a matter of timing.',
  },
  ...['make-thumbnails', 'register-image'].flatMap((fn) =>
    ['make-thumbnails', 'read-exif', 'write-caption'].map((queue) => ({
      fn,
      actions: ['sqs:SendMessage'],
      resource: `darkroom-dev-${queue}`,
      reason:
        'It sends to the queue of every step that is pending: which these are may depend on timing.',
    })),
  ),
  ...['make-thumbnails', 'read-exif', 'write-caption'].map((fn) => ({
    fn,
    actions: ['sqs:SendMessage'],
    resource: 'darkroom-dev-record-outcome',
    reason: 'The step that ends last reports the image of a batch: a matter of timing.',
  })),
  {
    fn: 'write-caption',
    actions: ['dynamodb:GetItem'],
    resource: 'table/darkroom-dev-rendition-sets',
    reason:
      'It finds the picture described already, or about to be, by another worker: a matter of timing.',
  },
  {
    fn: 'write-caption',
    actions: ['dynamodb:PutItem'],
    resource: 'table/darkroom-dev-images',
    reason: 'A record in the layout of an earlier release is written anew at its next change.',
  },
  {
    fn: 'register-image',
    actions: ['dynamodb:UpdateItem'],
    resource: 'table/darkroom-dev-images',
    reason: 'It adds the hash of an object to a record that lacks it: a matter of timing.',
  },
  ...['upload-image', 'run-edit'].map((fn) => ({
    fn,
    actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
    resource: 'table/darkroom-dev-images',
    reason:
      'It makes the record of what it stored, or finds the one of the event of S3: a matter of timing.',
  })),
  ...['get-thumbnail', 'get-processed-image'].map((fn) => ({
    fn,
    actions: ['ssm:GetParameter'],
    resource: 'delivery-secret',
    reason:
      'It signs a redirect to a rendition whose size was changed by THUMBNAIL_SIZES after ingest.',
  })),
  {
    fn: 'sweep-stuck',
    actions: [
      'dynamodb:BatchGetItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      's3:DeleteObject',
      's3:GetObject',
      'sqs:SendMessage',
    ],
    reason: 'It finishes what has stood still for minutes: after a kill.',
  },
  {
    fn: 'sweep-batches',
    actions: [
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'sqs:SendMessage',
      'sqs:SendMessage*',
    ],
    reason: 'It finishes what has stood still for minutes: after a kill.',
  },
  {
    fn: 'upload-image',
    actions: ['dynamodb:DeleteItem', 'dynamodb:UpdateItem'],
    resource: 'table/darkroom-dev-rendition-sets',
    reason: 'It finds an image under its new key only when the same upload was killed before.',
  },
  {
    fn: 'fetch-image',
    actions: ['dynamodb:DeleteItem', 'dynamodb:UpdateItem'],
    reason:
      'It finds that its picture was registered meanwhile: a matter of timing, or after a kill.',
  },
  ...['fetch-image', 'register-image'].map((fn) => ({
    fn,
    actions: ['s3:DeleteObject'],
    resource: 'urls/',
    reason:
      'It removes a picture whose image was deleted while it was fetched: a matter of timing.',
  })),
  {
    fn: 'import-row',
    actions: ['s3:DeleteObject'],
    reason: 'It removes what it fetched while its batch was cancelled: a matter of timing.',
  },
  {
    fn: 'close-batch',
    actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
    resource: 'table/darkroom-dev-images',
    reason:
      'It stops images that were in the pipeline when their batch was cancelled: a matter of timing.',
  },
  {
    fn: 'cancel-batch',
    actions: ['sqs:SendMessage'],
    resource: 'darkroom-dev-send-webhook',
    reason: 'A batch is cancelled before its CSV was fetched: a matter of timing.',
  },
  {
    fn: 'act-on-images',
    actions: ['sqs:SendMessage'],
    reason: 'It does for several images what delete-image and retry-image do for one.',
  },
  {
    fn: 'run-edit',
    actions: ['dynamodb:DeleteItem', 'dynamodb:UpdateItem'],
    resource: 'table/darkroom-dev-rendition-sets',
    reason: 'It finds an image under the key of its result only when it was killed before.',
  },
  {
    fn: 'register-image',
    actions: ['dynamodb:UpdateItem'],
    resource: 'table/darkroom-dev-rendition-sets',
    reason: 'An object is replaced whose renditions another image shares.',
  },
  ...['register-image', 'retry-image'].map((fn) => ({
    fn,
    actions: ['sqs:SendMessage'],
    resource: 'darkroom-dev-record-outcome',
    reason: 'An image of a batch is replaced or tried again after its row was recorded.',
  })),
  {
    fn: 'retry-image',
    actions: ['sqs:SendMessage'],
    resource: 'darkroom-dev-read-exif',
    reason: 'Reading EXIF fails only in an outage.',
  },
  {
    fn: 'start-edit',
    actions: ['s3:DeleteObject'],
    reason: 'It removes the copies of pictures when the edit could not be stored: in an outage.',
  },
  {
    fn: 'expand-batch',
    actions: ['dynamodb:Query', 'sqs:SendMessage'],
    reason: 'It goes on where it was killed or ran out of time, and may find all rows ended.',
  },
  {
    fn: 'close-batch',
    actions: ['sqs:SendMessage'],
    resource: 'darkroom-dev-close-batch',
    reason: 'Its message came too early, and the last row ended meanwhile.',
  },
];
