import { randomUUID } from 'node:crypto';
import { editingOf } from '#lib/ai/edit-settings.ts';
import { editWishOf, fingerprintOfEdit } from '#lib/api/edit-requests.ts';
import { processViewOf } from '#lib/api/edit-view.ts';
import { endpoint } from '#lib/api/endpoint.ts';
import { answerOnce } from '#lib/api/idempotency.ts';
import { reply } from '#lib/api/route.ts';
import { routes } from '#lib/api/routes.ts';
import { dynamoAnswers } from '#lib/aws/dynamo-answers.ts';
import { dynamoEdits } from '#lib/aws/dynamo-edits.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoProcesses } from '#lib/aws/dynamo-processes.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { sqsEdits } from '#lib/aws/sqs-edits.ts';
import { config, secretPresence } from '#lib/config.ts';
import { startEdit } from '#lib/edits/start-edit.ts';
import { sharpInspectWith } from '#lib/media/inspect/sharp-inspect.ts';
import { publicFetch } from '#lib/web/public-fetch.ts';

const deps = {
  processes: dynamoProcesses(config.tables),
  edits: dynamoEdits(config.tables),
  images: dynamoImages(config.tables),
  derived: s3Objects(config.derivedBucket),
  workers: sqsEdits(config.queues),
  editing: editingOf(config.edits(secretPresence)),
  fetchPicture: publicFetch({
    allowHosts: config.fetchAllowHosts,
    maxBytes: 20_000_000,
    timeoutMs: 10_000, // two of them, side by side, within the 29 s of a request
  }),
  inspect: sharpInspectWith(config.inspect),
  answers: dynamoAnswers(config.tables),
  newId: randomUUID,
  now: () => new Date(),
};

export const handler = endpoint(
  routes.startEdit,
  async (request) => {
    const { requestId, baseUrl } = request;
    const wish = editWishOf(request);
    const start = async (editId: string) => {
      const { process, edit } = await startEdit({ ...wish, editId, requestId, baseUrl }, deps);
      return reply(202, processViewOf({ process, edits: [edit], asked: edit }, { baseUrl }));
    };
    return answerOnce(routes.startEdit, request, fingerprintOfEdit(wish), start, deps);
  },
  config,
);
