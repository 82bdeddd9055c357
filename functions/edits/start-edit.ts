import { randomUUID } from 'node:crypto';
import { resolveEditProvider } from '#lib/ai/settings.ts';
import { dynamoEditSessions } from '#lib/aws/dynamo-edit-sessions.ts';
import { dynamoEdits } from '#lib/aws/dynamo-edits.ts';
import { dynamoIdempotencyRecords } from '#lib/aws/dynamo-idempotency-records.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { sqsEditQueue } from '#lib/aws/sqs-edit-queue.ts';
import { secret } from '#lib/aws/ssm-secrets.ts';
import { config, secretPresence } from '#lib/config.ts';
import { accessFrom } from '#lib/delivery/access.ts';
import { linksBelow } from '#lib/delivery/links.ts';
import { startEdit } from '#lib/edits/start-edit.ts';
import { fingerprintEdit, toEditRequest } from '#lib/http/edit-requests.ts';
import { toEditSessionView } from '#lib/http/edit-view.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { idempotent } from '#lib/http/idempotency.ts';
import { reply } from '#lib/http/route.ts';
import { startEditRoute } from '#lib/http/routes/start-edit.ts';
import { sharpInspectWith } from '#lib/media/inspect/sharp-inspect.ts';
import { publicFetch } from '#lib/web/public-fetch.ts';

const deps = {
  editSessions: dynamoEditSessions(config.tables),
  edits: dynamoEdits(config.tables),
  images: dynamoImages(config.tables),
  derived: s3Objects(config.derivedBucket),
  editQueue: sqsEditQueue(config.queues),
  editing: resolveEditProvider(config.edits(secretPresence)),
  fetchPicture: publicFetch({
    ...config.webRequests,
    maxBytes: 20_000_000,
    timeoutMs: 10_000, // two of them, in parallel, within the 29 s of a request
  }),
  inspect: sharpInspectWith(config.inspect),
  idempotencyRecords: dynamoIdempotencyRecords(config.tables),
  newId: randomUUID,
  now: () => new Date(),
};

const links = linksBelow(config.presets, accessFrom(config.deliveryAccess, secret));

export const handler = endpoint(
  startEditRoute,
  async (request) => {
    const { requestId, baseUrl } = request;
    const input = toEditRequest(request);
    const start = async (editId: string) => {
      const { process, edit } = await startEdit({ ...input, editId, requestId, baseUrl }, deps);
      return reply(
        202,
        toEditSessionView({ process, edits: [edit], requested: edit }, await links(baseUrl)),
      );
    };
    return idempotent(startEditRoute, request, fingerprintEdit(input), start, deps);
  },
  config,
);
