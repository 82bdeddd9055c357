import { CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';
import { type Cdn, noCdn } from '#lib/delivery/variants.ts';

/**
 * The distribution before this stage, where there is one. It tags what it stores by the image
 * (`CacheTagConfig`), and forgets by the tag: CloudFront Developer Guide, "Invalidating content by
 * cache tags".
 */
export const cloudfrontCdn = (
  distributionId: string | undefined,
  open: () => CloudFrontClient = () => new CloudFrontClient({}),
): Cdn => {
  if (distributionId === undefined) return noCdn;
  const client = open();
  return {
    async purge(imageId) {
      const paths = { Quantity: 1, Items: [`#${imageId}`] };
      const caller = `${imageId}-${Date.now()}`;
      await client.send(
        new CreateInvalidationCommand({
          DistributionId: distributionId,
          InvalidationBatch: { CallerReference: caller, Paths: paths },
        }),
      );
    },
  };
};
