import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { secret } from '#lib/aws/ssm-secrets.ts';
import { config } from '#lib/config.ts';
import { accessFrom } from '#lib/delivery/access.ts';
import { createLink } from '#lib/delivery/create-link.ts';
import { linksBelow } from '#lib/delivery/links.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { createLinkRoute } from '#lib/http/routes/create-link.ts';

const links = linksBelow(config.presets, accessFrom(config.deliveryAccess, secret));
const deps = {
  images: dynamoImages(config.tables),
  now: () => new Date(),
};

export const handler = endpoint(
  createLinkRoute,
  async ({ path, body, baseUrl }) => {
    const { preset, format, expires_in: expiresInSeconds } = body;
    const { url, expiresAt } = await createLink(
      { imageId: path.image_id, preset, format, expiresInSeconds },
      { ...deps, ...(await links(baseUrl)) },
    );
    return reply(201, { url, expires_at: expiresAt?.toISOString() ?? null });
  },
  config,
);
