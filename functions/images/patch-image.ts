import { cloudfrontCdn } from '#lib/aws/cloudfront-cdn.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { s3Variants } from '#lib/aws/s3-variants.ts';
import { secret } from '#lib/aws/ssm-secrets.ts';
import { config } from '#lib/config.ts';
import { accessFrom } from '#lib/delivery/access.ts';
import { linksBelow } from '#lib/delivery/links.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { toImageView } from '#lib/http/image-view.ts';
import { reply } from '#lib/http/route.ts';
import { patchImageRoute } from '#lib/http/routes/patch-image.ts';
import { patchImage } from '#lib/images/patch-image.ts';

const deps = {
  images: dynamoImages(config.tables),
  variants: s3Variants(config.derivedBucket),
  cdn: cloudfrontCdn(config.cdnDistributionId),
};
const links = linksBelow(config.presets, accessFrom(config.deliveryAccess, secret));

export const handler = endpoint(
  patchImageRoute,
  async ({ path, body, baseUrl }) => {
    const { caption, focal_point: focalPoint } = body;
    const image = await patchImage(path.image_id, { caption, focalPoint }, deps);
    return reply(200, toImageView(image, { ...(await links(baseUrl)), baseUrl }));
  },
  config,
);
