import { z } from 'zod';
import type { Serverless } from '../plugin.ts';
import { cdnBucketStatement, cdnOutputs, cdnPurgeStatement, cdnResources } from './resources.ts';

/** Who removes pictures, and must make the CDN forget them. */
const purging = ['delete-image', 'patch-image', 'register-image', 'sweep-stuck'];

const BucketPolicy = z.looseObject({
  Properties: z.looseObject({
    PolicyDocument: z.looseObject({ Statement: z.array(z.unknown()) }),
  }),
});

/**
 * Puts CloudFront before the service: its resources, what it may read, who may make it forget, and
 * its address as the base of every link where PUBLIC_URL names no other.
 */
export const addCdn = ({ service }: Serverless, stage: string): void => {
  const { provider, functions, resources } = service;
  const environment = provider.environment ?? {};
  const access = environment['DELIVERY_ACCESS'] === 'public' ? 'public' : 'signed';
  const name = `${service.service}-${stage}-delivery`;
  Object.assign(resources.Resources, cdnResources({ name, stage, access }));
  Object.assign(resources.Outputs, cdnOutputs);

  const policy = BucketPolicy.parse(resources.Resources['DerivedBucketPolicy']);
  policy.Properties.PolicyDocument.Statement.push(cdnBucketStatement);
  resources.Resources['DerivedBucketPolicy'] = policy;

  environment['CDN_DISTRIBUTION_ID'] = { Ref: 'Cdn' };
  environment['PUBLIC_URL'] ||= { 'Fn::Sub': `https://\${Cdn.DomainName}` };
  for (const key of purging) {
    const fn = functions[key];
    if (!fn)
      throw new Error(`${key} is to make the CDN forget pictures, but there is no such function.`);
    const statements = z.array(z.unknown()).default([]).parse(fn.iamRoleStatements);
    fn.iamRoleStatements = [...statements, cdnPurgeStatement];
  }
};
