import { endpoint } from '#lib/api/endpoint.ts';
import { viewOf } from '#lib/api/image-view.ts';
import { reply } from '#lib/api/route.ts';
import { routes } from '#lib/api/routes.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { config } from '#lib/config.ts';
import { findImage } from '#lib/images/find-image.ts';

const { sizes } = config;
const images = dynamoImages(config.tables);

export const handler = endpoint(
  routes.getImage,
  async ({ path, baseUrl }) => {
    const [image, rawExif = null] = await Promise.all([
      findImage(path.image_id, { images }),
      images.findRawExif(path.image_id),
    ]);
    return reply(200, viewOf(image, { baseUrl, sizes, rawExif }));
  },
  config,
);
