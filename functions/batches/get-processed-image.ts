import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { pictureReply } from '#lib/http/picture-reply.ts';
import { getProcessedImageRoute } from '#lib/http/routes/get-processed-image.ts';
import { findThumbnail, readThumbnail } from '#lib/images/find-thumbnail.ts';
import { contentTypeOf, optimizedSize } from '#lib/images/picture.ts';

const linkSeconds = 300;
const deps = { images: dynamoImages(config.tables), sizes: config.sizes };
const derived = s3Objects(config.derivedBucket);

export const handler = endpoint(
  getProcessedImageRoute,
  async (request) => {
    const { name: size } = optimizedSize;
    const imageId = request.path.filename.replace(/\.jpg$/, '');
    const { key, revision, rendition } = await findThumbnail({ image_id: imageId, size }, deps);
    return pictureReply(
      request,
      { revision, sizeBytes: rendition.sizeBytes, contentType: contentTypeOf(rendition), size },
      { read: () => readThumbnail(key, { derived }), link: () => derived.link(key, linkSeconds) },
    );
  },
  config,
);
