import { randomUUID } from 'node:crypto';
import { captioningOf } from '#lib/ai/caption-settings.ts';
import { endpoint } from '#lib/api/endpoint.ts';
import { answerOnce, fingerprintOf } from '#lib/api/idempotency.ts';
import { readForm } from '#lib/api/multipart.ts';
import { routes } from '#lib/api/routes.ts';
import { uploadReply } from '#lib/api/upload-reply.ts';
import { dynamoAnswers } from '#lib/aws/dynamo-answers.ts';
import { dynamoContents } from '#lib/aws/dynamo-contents.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { config, secretPresence } from '#lib/config.ts';
import { uploadImage } from '#lib/images/upload-image.ts';
import { sharpInspectWith } from '#lib/media/inspect/sharp-inspect.ts';
import { release } from '#lib/release.ts';

const { sizes } = config;
const deps = {
  images: dynamoImages(config.tables),
  contents: dynamoContents(config.tables),
  originals: s3Objects(config.originalsBucket),
  inspect: sharpInspectWith(config.inspect),
  captioning: captioningOf(config.caption(secretPresence)),
  sizes,
  answers: dynamoAnswers(config.tables),
  newId: randomUUID,
  now: () => new Date(),
};

export const handler = endpoint(
  routes.uploadImage,
  async (request) => {
    const { baseUrl, requestId } = request;
    const form = await readForm(request.rawBody, { maxBytes: config.multipartMaxBytes });
    const upload = async (uploadId: string) => {
      const images = await Promise.all(
        form.files.map((file, index) =>
          uploadImage({ ...file, uploadId: `${uploadId}-${index}`, requestId }, deps),
        ),
      );
      for (const { bytes } of form.files) release(bytes);
      return uploadReply(images, { baseUrl, sizes });
    };
    return answerOnce(routes.uploadImage, request, fingerprintOf(form), upload, deps);
  },
  config,
);
