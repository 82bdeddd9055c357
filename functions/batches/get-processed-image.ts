import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { secret } from '#lib/aws/ssm-secrets.ts';
import { config } from '#lib/config.ts';
import { accessFrom } from '#lib/delivery/access.ts';
import { linksBelow } from '#lib/delivery/links.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { thumbnailReply } from '#lib/http/picture-reply.ts';
import { getProcessedImageRoute } from '#lib/http/routes/get-processed-image.ts';
import { findThumbnail } from '#lib/images/find-thumbnail.ts';
import { optimizedSize } from '#lib/images/picture.ts';

const deps = {
  images: dynamoImages(config.tables),
  derived: s3Objects(config.derivedBucket),
  sizes: config.sizes,
  links: linksBelow(config.presets, accessFrom(config.deliveryAccess, secret)),
};

export const handler = endpoint(
  getProcessedImageRoute,
  async (request) => {
    const path = {
      image_id: request.path.filename.replace(/\.jpg$/, ''),
      size: optimizedSize.name,
    };
    return thumbnailReply({ ...request, path }, await findThumbnail(path, deps), deps);
  },
  config,
);
