import { describe, expect, test } from 'vitest';
import { addCdn } from '#infra/deploy/cdn/add-cdn.ts';
import type { Serverless } from '#infra/deploy/plugin.ts';

const deny = { Sid: 'EncryptedConnectionsOnly', Effect: 'Deny' };
const packaged = (environment: Record<string, unknown> = { PUBLIC_URL: '' }) => {
  const service = {
    service: 'darkroom',
    provider: { environment, apiGateway: { apiKeys: [] } },
    functions: Object.fromEntries(
      ['delete-image', 'patch-image', 'register-image', 'sweep-stuck', 'get-image'].map((name) => [
        name,
        { handler: `functions/${name}.handler`, name, iamRoleStatements: [{ Effect: 'Allow' }] },
      ]),
    ),
    resources: {
      Resources: {
        DerivedBucketPolicy: { Properties: { PolicyDocument: { Statement: [deny] } } },
      } as Record<string, unknown>,
      Outputs: {} as Record<string, unknown>,
    },
  };
  // Of osls' object the CDN touches the service alone.
  addCdn({ service } as unknown as Serverless, 'prod');
  return service;
};

describe('the CDN of a packaged service', () => {
  test('lets CloudFront read variants and nothing else of the bucket, and preserves the earlier statements', () => {
    const { resources } = packaged();
    expect(resources.Resources['DerivedBucketPolicy']).toMatchObject({
      Properties: {
        PolicyDocument: {
          Statement: [
            deny,
            {
              Principal: { Service: 'cloudfront.amazonaws.com' },
              Action: 's3:GetObject',
              Resource: { 'Fn::Sub': `\${DerivedBucket.Arn}/i/*` },
              Condition: { StringEquals: { 'AWS:SourceArn': expect.anything() } },
            },
          ],
        },
      },
    });
  });

  test('lets only the functions that remove pictures invalidate paths', () => {
    const { functions } = packaged();
    const purging = Object.entries(functions)
      .filter(([, { iamRoleStatements }]) =>
        JSON.stringify(iamRoleStatements).includes('cloudfront:CreateInvalidation'),
      )
      .map(([name]) => name);
    expect(purging).toEqual(['delete-image', 'patch-image', 'register-image', 'sweep-stuck']);
  });

  test('is the base of every link, unless PUBLIC_URL names another', () => {
    expect(packaged().provider.environment).toMatchObject({
      PUBLIC_URL: { 'Fn::Sub': `https://\${Cdn.DomainName}` },
      CDN_DISTRIBUTION_ID: { Ref: 'Cdn' },
    });
    const { environment } = packaged({ PUBLIC_URL: 'https://pictures.example' }).provider;
    expect(environment['PUBLIC_URL']).toBe('https://pictures.example');
  });

  test('requires signatures unless DELIVERY_ACCESS makes the stage public', () => {
    const functionCode = (access?: string) => {
      const { Resources } = packaged({ DELIVERY_ACCESS: access }).resources;
      return JSON.stringify(Resources['CdnViewerFunction']);
    };
    expect(functionCode()).toContain("const access = 'signed';");
    expect(functionCode('signed')).toContain("const access = 'signed';");
    expect(functionCode('public')).toContain("const access = 'public';");
  });
});
