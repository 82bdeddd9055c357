import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { toImageView } from '#lib/http/image-view.ts';
import { reply } from '#lib/http/route.ts';
import { getImageRoute } from '#lib/http/routes/get-image.ts';
import { findImage } from '#lib/images/find-image.ts';

const { sizes } = config;
const images = dynamoImages(config.tables);

export const handler = endpoint(
  getImageRoute,
  async ({ path, baseUrl }) => {
    const [image, rawExif = null] = await Promise.all([
      findImage(path.image_id, { images }),
      images.getRawExif(path.image_id),
    ]);
    return reply(200, toImageView(image, { baseUrl, sizes, rawExif }));
  },
  config,
);
