import { readFileSync } from 'node:fs';
import { variantPrefix } from '#lib/delivery/variants.ts';

/** CloudFront's own policies, the same in every account. */
const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const allViewerExceptHost = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

const sub = (text: string) => ({ 'Fn::Sub': text });
const att = (resource: string, attribute: string) => ({ 'Fn::GetAtt': [resource, attribute] });
const ref = (resource: string) => ({ Ref: resource });

export type CdnOptions = {
  /** Of the service and its stage; what CloudFront calls by name is named after it. */
  name: string;
  stage: string;
  access: 'public' | 'signed';
};

/**
 * CloudFront before the API. Pictures (`/i/*`) are checked and given their path by a function at
 * the edge, then looked up in the bucket, then requested from the API, which makes and stores them.
 * All else goes to the API and is never stored.
 */
export const cdnResources = (options: CdnOptions) => ({
  CdnKeys: {
    Type: 'AWS::CloudFront::KeyValueStore',
    Properties: { Name: options.name, Comment: 'delivery-secret: the secrets that sign links' },
  },
  CdnViewerFunction: viewerFunction(options),
  CdnOriginAccess: {
    Type: 'AWS::CloudFront::OriginAccessControl',
    Properties: {
      OriginAccessControlConfig: {
        Name: options.name,
        OriginAccessControlOriginType: 's3',
        SigningBehavior: 'always',
        SigningProtocol: 'sigv4',
      },
    },
  },
  CdnCaching: cachePolicy(options.name),
  CdnOriginRequest: originRequestPolicy(options.name),
  CdnHeaders: headersPolicy(options.name),
  Cdn: distribution(options),
});

export const cdnOutputs = {
  CdnUrl: {
    Description: 'Gallery, API and pictures by CloudFront',
    Value: sub(`https://\${Cdn.DomainName}/`),
  },
  CdnKeyValueStoreArn: {
    Description: 'Put the value of DELIVERY_SECRET here under delivery-secret',
    Value: att('CdnKeys', 'Arn'),
  },
};

/** Lets this distribution, and no other of CloudFront, read variants. */
export const cdnBucketStatement = {
  Sid: 'CloudFrontReadsVariants',
  Effect: 'Allow',
  Principal: { Service: 'cloudfront.amazonaws.com' },
  Action: 's3:GetObject',
  Resource: sub(`\${DerivedBucket.Arn}/${variantPrefix('*').slice(0, -1)}`),
  Condition: {
    StringEquals: {
      'AWS:SourceArn': sub(
        `arn:\${AWS::Partition}:cloudfront::\${AWS::AccountId}:distribution/\${Cdn}`,
      ),
    },
  },
};

/** For functions that remove pictures. */
export const cdnPurgeStatement = {
  Effect: 'Allow' as const,
  Action: ['cloudfront:CreateInvalidation'],
  Resource: sub(`arn:\${AWS::Partition}:cloudfront::\${AWS::AccountId}:distribution/\${Cdn}`),
};

const viewerFunction = ({ name, access }: CdnOptions) => ({
  Type: 'AWS::CloudFront::Function',
  Properties: {
    Name: name,
    AutoPublish: true,
    FunctionCode: viewerFunctionCode(access),
    FunctionConfig: {
      Comment: 'Checks links of pictures and chooses their format',
      Runtime: 'cloudfront-js-2.0',
      KeyValueStoreAssociations: [{ KeyValueStoreARN: att('CdnKeys', 'Arn') }],
    },
  },
});

/** CloudFront takes 10 kB; comments are for us. */
export const viewerFunctionCode = (access: CdnOptions['access']): string =>
  readFileSync(new URL('viewer-function.js', import.meta.url), 'utf8')
    .replace("const access = 'signed';", `const access = '${access}';`)
    .replaceAll(/^\s*\/\*\*[\s\S]*?\*\/\n/gm, '')
    .replaceAll(/^\/\/.*\n/gm, '');

/** The path alone names a variant: it holds image, preset, version and format. */
const cachePolicy = (name: string) => ({
  Type: 'AWS::CloudFront::CachePolicy',
  Properties: {
    CachePolicyConfig: {
      Name: name,
      MinTTL: 0,
      DefaultTTL: 0,
      MaxTTL: 31_536_000,
      ParametersInCacheKeyAndForwardedToOrigin: {
        EnableAcceptEncodingGzip: false,
        EnableAcceptEncodingBrotli: false,
        CookiesConfig: { CookieBehavior: 'none' },
        HeadersConfig: { HeaderBehavior: 'none' },
        QueryStringsConfig: { QueryStringBehavior: 'none' },
      },
    },
  },
});

/** The API checks the signature again: it can be reached without CloudFront. */
const originRequestPolicy = (name: string) => ({
  Type: 'AWS::CloudFront::OriginRequestPolicy',
  Properties: {
    OriginRequestPolicyConfig: {
      Name: name,
      CookiesConfig: { CookieBehavior: 'none' },
      HeadersConfig: { HeaderBehavior: 'none' },
      QueryStringsConfig: { QueryStringBehavior: 'whitelist', QueryStrings: ['e', 's'] },
    },
  },
});

const headersPolicy = (name: string) => ({
  Type: 'AWS::CloudFront::ResponseHeadersPolicy',
  Properties: {
    ResponseHeadersPolicyConfig: {
      Name: name,
      CorsConfig: {
        AccessControlAllowCredentials: false,
        AccessControlAllowHeaders: { Items: ['*'] },
        AccessControlAllowMethods: { Items: ['GET', 'HEAD', 'OPTIONS'] },
        AccessControlAllowOrigins: { Items: ['*'] },
        OriginOverride: true,
      },
      CustomHeadersConfig: {
        Items: [{ Header: 'Cross-Origin-Resource-Policy', Value: 'cross-origin', Override: true }],
      },
      SecurityHeadersConfig: { ContentTypeOptions: { Override: true } },
    },
  },
});

const distribution = ({ name, stage }: CdnOptions) => ({
  Type: 'AWS::CloudFront::Distribution',
  Properties: {
    DistributionConfig: {
      Comment: name,
      Enabled: true,
      HttpVersion: 'http2and3',
      IPV6Enabled: true,
      // S3 sends the metadata of an object as headers; the function sends the same one.
      CacheTagConfig: { HeaderName: 'x-amz-meta-cache-tag' },
      Origins: [
        {
          Id: 'variants',
          DomainName: att('DerivedBucket', 'RegionalDomainName'),
          OriginAccessControlId: att('CdnOriginAccess', 'Id'),
          S3OriginConfig: { OriginAccessIdentity: '' },
        },
        {
          Id: 'api',
          DomainName: sub(`\${ApiGatewayRestApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}`),
          OriginPath: `/${stage}`,
          CustomOriginConfig: {
            OriginProtocolPolicy: 'https-only',
            OriginSSLProtocols: ['TLSv1.2'],
          },
        },
      ],
      OriginGroups: {
        Quantity: 1,
        Items: [
          {
            Id: 'variants-or-api',
            // S3 says 403 of what is not there to who may not list the bucket.
            FailoverCriteria: { StatusCodes: { Quantity: 2, Items: [403, 404] } },
            Members: { Quantity: 2, Items: [{ OriginId: 'variants' }, { OriginId: 'api' }] },
          },
        ],
      },
      DefaultCacheBehavior: {
        TargetOriginId: 'api',
        ViewerProtocolPolicy: 'redirect-to-https',
        AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
        CachePolicyId: cachingDisabled,
        OriginRequestPolicyId: allViewerExceptHost,
        Compress: true,
      },
      CacheBehaviors: [
        {
          PathPattern: '/i/*',
          TargetOriginId: 'variants-or-api',
          ViewerProtocolPolicy: 'redirect-to-https',
          AllowedMethods: ['GET', 'HEAD', 'OPTIONS'],
          CachePolicyId: ref('CdnCaching'),
          OriginRequestPolicyId: ref('CdnOriginRequest'),
          ResponseHeadersPolicyId: ref('CdnHeaders'),
          Compress: false,
          FunctionAssociations: ['viewer-request', 'viewer-response'].map((EventType) => ({
            EventType,
            FunctionARN: att('CdnViewerFunction', 'FunctionARN'),
          })),
        },
      ],
      // A picture that is not there yet may be there in a moment; by default it would take ten.
      CustomErrorResponses: [403, 404].map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 0 })),
    },
  },
});
