import { randomUUID } from 'node:crypto';
import { editWithSettings } from '#lib/ai/edit-picture.ts';
import { pictureRefusals } from '#lib/ai/messages.ts';
import { resolveCaptionProvider, resolveEditProvider } from '#lib/ai/settings.ts';
import { dynamoEdits } from '#lib/aws/dynamo-edits.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRenditionSets } from '#lib/aws/dynamo-rendition-sets.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { sqsBackoff } from '#lib/aws/sqs-visibility.ts';
import { secret } from '#lib/aws/ssm-secrets.ts';
import { config, editSecrets, secretPresence } from '#lib/config.ts';
import { EditMessage } from '#lib/edits/edits.ts';
import { giveUpOnEdit } from '#lib/edits/give-up.ts';
import { runEdit } from '#lib/edits/run-edit.ts';
import { sharpCheckResult } from '#lib/media/render/sharp-check-result.ts';
import { sharpJoin } from '#lib/media/render/sharp-join.ts';
import { sharpPrepare } from '#lib/media/render/sharp-prepare.ts';
import { consumer } from '#lib/queue/consumer.ts';
import { editLog } from '#lib/queue/edit-log.ts';

const settings = async () => {
  const found = await Promise.all(editSecrets.map(async (name) => [name, await secret(name)]));
  const byName = Object.fromEntries(found);
  return config.edits((name) => byName[name]);
};
const { timeoutMs } = config.edits(secretPresence);

const deps = {
  edits: dynamoEdits(config.tables),
  images: dynamoImages(config.tables),
  renditionSets: dynamoRenditionSets(config.tables),
  originals: s3Objects(config.originalsBucket),
  derived: s3Objects(config.derivedBucket),
  prepare: sharpPrepare,
  join: sharpJoin,
  editPicture: editWithSettings(settings),
  checkResult: sharpCheckResult,
  editing: async () => resolveEditProvider(await settings()),
  captioning: resolveCaptionProvider(config.caption(secretPresence)),
  sizes: config.sizes,
  // The provider's timeout, and 20 s to read, prepare and store; the function's own timeout (300 s) is
  // longer than that for the largest EDIT_TIMEOUT_SECONDS (240).
  leaseMs: timeoutMs + 20_000,
  newId: randomUUID,
  now: () => new Date(),
};

export const handler = consumer(
  EditMessage,
  (message, { attempts }) => runEdit(message, attempts, deps),
  {
    queueUrl: config.queues['run-edit'],
    backOff: sqsBackoff(),
    giveUp: (message, last) => giveUpOnEdit(message, last, deps),
    log: editLog({ pictureKinds: pictureRefusals }),
  },
);
