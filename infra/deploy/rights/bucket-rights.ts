import { call, combined, inside, type Meaning, on } from './meaning.ts';

const buckets = ['originals', 'derived'] as const;
const idOf = (name: string) => (name === 'originals' ? 'OriginalsBucket' : 'DerivedBucket');

const verbs = {
  // Who may not list a bucket hears 403 about an object that is not there, instead of 404.
  read: (name: string): Meaning => ({
    grants: [inside(idOf(name), '*', 's3:GetObject'), on(idOf(name), 's3:ListBucket')],
    neededFor: call(name, 'head', 'read', 'readRange', 'link'),
  }),
  write: (name: string): Meaning => ({
    grants: [inside(idOf(name), '*', 's3:PutObject')],
    neededFor: call(name, 'write'),
  }),
  // A condition on what is removed takes s3:GetObject too; who has one looks at it before, anyhow.
  remove: (name: string): Meaning => ({
    grants: [inside(idOf(name), '*', 's3:DeleteObject')],
    neededFor: call(name, 'remove', 'removeUnchanged'),
  }),
  // A presigned form may do what its signer may.
  'invite-to': (name: string): Meaning => ({
    grants: [inside(idOf(name), '*', 's3:PutObject')],
    neededFor: new RegExp(`\\bs3Invitations\\(config\\d*\\.${name}Bucket\\)`),
  }),
  probe: (name: string): Meaning => ({
    grants: [on(idOf(name), 's3:ListBucket')], // what HeadBucket asks for
    neededFor: new RegExp(`\\bbucketProbe\\(config\\d*\\.${name}Bucket\\)`),
  }),
};

export type BucketRight = `${keyof typeof verbs} ${(typeof buckets)[number]}`;
export const bucketRights = combined(verbs, buckets);
