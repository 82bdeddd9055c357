import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { s3Variants } from '#lib/aws/s3-variants.ts';
import { secret } from '#lib/aws/ssm-secrets.ts';
import { config } from '#lib/config.ts';
import { accessFrom } from '#lib/delivery/access.ts';
import { coalescing, limiting } from '#lib/delivery/coalesce.ts';
import { deliver } from '#lib/delivery/deliver.ts';
import { findVariant } from '#lib/delivery/find-variant.ts';
import { parseFilename } from '#lib/delivery/negotiate-format.ts';
import { deliveryReply } from '#lib/http/delivery-reply.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { deliverImageRoute } from '#lib/http/routes/deliver-image.ts';
import { sharpRenderVariant } from '#lib/media/render/render-variant.ts';
import { emitDelivery } from '#lib/metrics/emit-delivery.ts';

/** On Lambda a process has one request at a time; on the local stack it has them all. */
const rendersAtOnce = 3;

const deps = {
  images: dynamoImages(config.tables),
  originals: s3Objects(config.originalsBucket),
  derived: s3Objects(config.derivedBucket),
  variants: s3Variants(config.derivedBucket),
  presets: config.presets,
  access: accessFrom(config.deliveryAccess, secret),
  render: sharpRenderVariant,
  coalesce: coalescing(),
  limit: limiting(rendersAtOnce),
  now: () => new Date(),
};

export const handler = endpoint(
  deliverImageRoute,
  async (request) => {
    const { path, query, headers } = request;
    const { version, ...named } = parseFilename(path.preset);
    const { v = version ?? '', e = '', s = '' } = query;
    const input = { imageId: path.image_id, ...named, accept: headers.accept, v, e, s };
    const variant = await findVariant(input, deps);
    return deliveryReply(request, variant, {
      deliver: () => emitDelivery(deliver(variant, deps)),
      now: deps.now,
    });
  },
  config,
);
