import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { canBeEnqueued } from '#lib/images/advance-steps.ts';
import { attentionOf, type Image } from '#lib/images/image.ts';
import type { Images, RenditionSetChange, Versioned } from '#lib/images/images.ts';
import { stepNames } from '#lib/images/step.ts';
import { type StepUpdate, toStepUpdate } from '#lib/images/step-update.ts';
import {
  ifUnchanged,
  ignoreConditionFailure,
  succeeded,
  unlessConflict,
} from './dynamo-conditions.ts';
import { toIndexAttributes } from './dynamo-image-indexes.ts';
import { fromItem, recordKey, toItem } from './dynamo-image-items.ts';
import { toBeginning, toIndexRepair, toUpdate } from './dynamo-image-updates.ts';
import { transactionWrite } from './dynamo-rendition-sets.ts';

type Deps = { imagesTable: string; renditionSetsTable: string; client: DynamoDBDocumentClient };
type StoredItem = Record<string, unknown>;

/**
 * The records of images in DynamoDB.
 *
 * The SDK repeats a request whose response was lost, though it may have been carried out. DynamoDB
 * recognizes a repeated transaction by its ClientRequestToken, which the SDK makes once per command
 * (the member is modelled as an idempotency token and filled in when the command is serialized, before
 * its retries), so it responds as it did the first time. A repeated plain write finds its own change
 * and fails, so that `save` returns undefined for a change that took place: updateImage then reads
 * that change and decides on it, as it would for a message delivered twice.
 */
export const dynamoImageRecords = (
  deps: Deps,
): Pick<Images, 'find' | 'begin' | 'correctLists' | 'save'> => ({
  async find(imageId) {
    const item = await getItem(imageId, deps);
    return item && fromItem(item);
  },

  async begin(imageId, run, now) {
    const { imagesTable, client } = deps;
    try {
      const begun = await client.send(
        new UpdateCommand(toBeginning(imagesTable, imageId, run, now)),
      );
      return fromItem(begun.Attributes);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return error.Item && fromItem(unmarshall(error.Item));
    }
  },

  async correctLists(record) {
    if (attentionOf(record.image) === 'unfinished') return; // the write that ends it corrects them
    await ignoreConditionFailure(
      deps.client.send(new UpdateCommand(toIndexRepair(deps.imagesTable, record))),
    );
  },

  async save(before, after, renditionSetChange) {
    const update = before && !before.isOutdated && toStepUpdate(before.image, after);
    return before && update
      ? saveSteps({ before, after, update, renditionSetChange }, deps)
      : saveWhole({ before, after, renditionSetChange }, deps);
  },
});

const getItem = async (
  imageId: string,
  { imagesTable, client }: Deps,
): Promise<StoredItem | undefined> => {
  const { Item: item } = await client.send(
    new GetCommand({ TableName: imagesTable, Key: recordKey(imageId), ConsistentRead: true }),
  );
  return item;
};

type Change<Before> = {
  before: Before;
  after: Image;
  renditionSetChange: RenditionSetChange | undefined;
};

/** Writes all of a record, with an optimistic lock. */
const saveWhole = async (
  { before, after, renditionSetChange }: Change<Versioned | undefined>,
  { imagesTable, renditionSetsTable, client }: Deps,
): Promise<Versioned | undefined> => {
  const version = (before?.version ?? 0) + 1;
  const put = { TableName: imagesTable, Item: toItem(after, version), ...ifUnchanged(before) };
  const isSaved = await succeeded(
    renditionSetChange
      ? client.send(
          new TransactWriteCommand({
            TransactItems: [{ Put: put }, transactionWrite(renditionSetsTable, renditionSetChange)],
          }),
        )
      : client.send(new PutCommand(put)),
  );
  return isSaved ? { image: after, version } : undefined;
};

/** Writes the steps that a worker has ended, and what ends with them. */
const saveSteps = async (
  { before, after, update, renditionSetChange }: Change<Versioned> & { update: StepUpdate },
  deps: Deps,
): Promise<Versioned | undefined> => {
  const { imagesTable, renditionSetsTable, client } = deps;
  const write = toUpdate(imagesTable, before.image, after, update);
  if (!renditionSetChange) {
    const saved = await unlessConflict(
      client.send(new UpdateCommand({ ...write, ReturnValues: 'ALL_NEW' })),
    );
    return saved?.Attributes && withRepairedIndex(saved.Attributes, deps);
  }
  const isSaved = await succeeded(
    client.send(
      new TransactWriteCommand({
        TransactItems: [
          { Update: write },
          transactionWrite(renditionSetsTable, renditionSetChange),
        ],
      }),
    ),
  );
  if (!isSaved) return undefined;
  const isLast = !stepNames.some(
    (name) => !update.steps.includes(name) && canBeEnqueued(before.image, name),
  );
  if (isLast) return { image: after, version: before.version + 1 };
  // A transaction does not return what it has written, and another worker may have ended its step.
  const item = await getItem(after.imageId, deps);
  return item && withRepairedIndex(item, deps);
};

/** Each of two workers that end the last two steps at once leaves the index to the other. */
const withRepairedIndex = async (
  item: StoredItem,
  { imagesTable, client }: Deps,
): Promise<Versioned> => {
  const record = fromItem(item);
  if (toIndexAttributes(record.image).status_shard !== item['status_shard'])
    await ignoreConditionFailure(
      client.send(new UpdateCommand(toIndexRepair(imagesTable, record))),
    );
  return record;
};
