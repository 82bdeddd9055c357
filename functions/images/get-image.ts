import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { secret } from '#lib/aws/ssm-secrets.ts';
import { config } from '#lib/config.ts';
import { accessFrom } from '#lib/delivery/access.ts';
import { linksBelow } from '#lib/delivery/links.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { toImageView } from '#lib/http/image-view.ts';
import { reply } from '#lib/http/route.ts';
import { getImageRoute } from '#lib/http/routes/get-image.ts';
import { findImage } from '#lib/images/find-image.ts';

const images = dynamoImages(config.tables);

const links = linksBelow(config.presets, accessFrom(config.deliveryAccess, secret));

export const handler = endpoint(
  getImageRoute,
  async ({ path, baseUrl }) => {
    const [image, rawExif = null] = await Promise.all([
      findImage(path.image_id, { images }),
      images.getRawExif(path.image_id),
    ]);
    return reply(200, toImageView(image, { ...(await links(baseUrl)), baseUrl, rawExif }));
  },
  config,
);
