import { randomUUID } from 'node:crypto';
import { resolveCaptionProvider } from '#lib/ai/settings.ts';
import { dynamoIdempotencyRecords } from '#lib/aws/dynamo-idempotency-records.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRenditionSets } from '#lib/aws/dynamo-rendition-sets.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { sqsFetchQueue } from '#lib/aws/sqs-fetch-queue.ts';
import { secret } from '#lib/aws/ssm-secrets.ts';
import { config, secretPresence } from '#lib/config.ts';
import { accessFrom } from '#lib/delivery/access.ts';
import { linksBelow } from '#lib/delivery/links.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { fingerprintForm, fingerprintJson, idempotent } from '#lib/http/idempotency.ts';
import { PictureByUrl } from '#lib/http/image-requests.ts';
import { readForm } from '#lib/http/multipart.ts';
import { isJson, readJson } from '#lib/http/request.ts';
import type { RouteRequest } from '#lib/http/route.ts';
import { uploadImageRoute } from '#lib/http/routes/upload-image.ts';
import { uploadReply } from '#lib/http/upload-reply.ts';
import { requestFetch } from '#lib/images/request-fetch.ts';
import { uploadImage } from '#lib/images/upload-image.ts';
import { sharpInspectWith } from '#lib/media/inspect/sharp-inspect.ts';
import { release } from '#lib/release.ts';

const deps = {
  images: dynamoImages(config.tables),
  renditionSets: dynamoRenditionSets(config.tables),
  originals: s3Objects(config.originalsBucket),
  fetchQueue: sqsFetchQueue(config.queues),
  inspect: sharpInspectWith(config.inspect),
  captioning: resolveCaptionProvider(config.caption(secretPresence)),
  sizes: config.sizes,
  idempotencyRecords: dynamoIdempotencyRecords(config.tables),
  uploadMaxBytes: config.uploadMaxBytes,
  newId: randomUUID,
  now: () => new Date(),
};

const links = linksBelow(config.presets, accessFrom(config.deliveryAccess, secret));

export const handler = endpoint(
  uploadImageRoute,
  (request) => (isJson(request.rawBody) ? fetchLater(request) : uploadForm(request)),
  config,
);

type Request = RouteRequest<typeof uploadImageRoute>;

const uploadForm = async (request: Request) => {
  const { baseUrl, requestId } = request;
  const form = await readForm(request.rawBody, { maxBytes: config.multipartMaxBytes });
  const upload = async (uploadId: string) => {
    const images = await Promise.all(
      form.files.map((file, index) =>
        uploadImage({ ...file, uploadId: `${uploadId}-${index}`, requestId }, deps),
      ),
    );
    for (const { bytes } of form.files) release(bytes);
    return uploadReply(images, form.warnings, { ...(await links(baseUrl)), baseUrl });
  };
  return idempotent(uploadImageRoute, request, fingerprintForm(form), upload, deps);
};

const fetchLater = async (request: Request) => {
  const { baseUrl, requestId } = request;
  const body = readJson(request.rawBody, PictureByUrl);
  const start = async (uploadId: string) => {
    const image = await requestFetch({ uploadId, requestId, url: body.url }, deps);
    return uploadReply([image], [], { ...(await links(baseUrl)), baseUrl });
  };
  return idempotent(uploadImageRoute, request, fingerprintJson(body), start, deps);
};
