import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { config } from '#lib/config.ts';
import { decodeCursor, encodeCursor } from '#lib/http/cursor.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { toImageView } from '#lib/http/image-view.ts';
import { pageReply } from '#lib/http/route.ts';
import { listImagesRoute } from '#lib/http/routes/list-images.ts';

const { sizes } = config;
const images = dynamoImages(config.tables);

export const handler = endpoint(
  listImagesRoute,
  async ({ query, baseUrl }) => {
    const { limit, status } = query;
    const page = await images.list({ status, limit, from: decodeCursor(query) });
    return pageReply(
      page.images.map((image) => toImageView(image, { baseUrl, sizes })),
      { limit, next_cursor: encodeCursor(page.cursor, query) },
    );
  },
  config,
);
