import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { secret } from '#lib/aws/ssm-secrets.ts';
import { config } from '#lib/config.ts';
import { accessFrom } from '#lib/delivery/access.ts';
import { linksBelow } from '#lib/delivery/links.ts';
import { encodeCursor } from '#lib/http/cursor.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { toListQuery } from '#lib/http/image-requests.ts';
import { toImageView } from '#lib/http/image-view.ts';
import { pageReply } from '#lib/http/route.ts';
import { listImagesRoute } from '#lib/http/routes/list-images.ts';

const images = dynamoImages(config.tables);

const links = linksBelow(config.presets, accessFrom(config.deliveryAccess, secret));

export const handler = endpoint(
  listImagesRoute,
  async ({ query, baseUrl }) => {
    const options = { ...(await links(baseUrl)), baseUrl };
    const page = await images.list(toListQuery(query));
    return pageReply(
      page.images.map((image) => toImageView(image, options)),
      { limit: query.limit, next_cursor: encodeCursor(page.cursor, query) },
    );
  },
  config,
);
