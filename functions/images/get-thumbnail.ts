import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { pictureReply } from '#lib/http/picture-reply.ts';
import { getThumbnailRoute } from '#lib/http/routes/get-thumbnail.ts';
import { findThumbnail, readThumbnail } from '#lib/images/find-thumbnail.ts';
import { contentTypeOf } from '#lib/images/picture.ts';

const linkSeconds = 300;
const deps = { images: dynamoImages(config.tables), sizes: config.sizes };
const derived = s3Objects(config.derivedBucket);

export const handler = endpoint(
  getThumbnailRoute,
  async (request) => {
    const { key, revision, rendition } = await findThumbnail(request.path, deps);
    const { sizeBytes, name: size } = rendition;
    return pictureReply(
      request,
      { revision, sizeBytes, contentType: contentTypeOf(rendition), size },
      { read: () => readThumbnail(key, { derived }), link: () => derived.link(key, linkSeconds) },
    );
  },
  config,
);
