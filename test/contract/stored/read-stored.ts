import { readFileSync } from 'node:fs';
import { type AttributeValue, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { dynamoEditSessions } from '#lib/aws/dynamo-edit-sessions.ts';
import { dynamoEdits } from '#lib/aws/dynamo-edits.ts';
import { dynamoIdempotencyRecords } from '#lib/aws/dynamo-idempotency-records.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRenditionSets } from '#lib/aws/dynamo-rendition-sets.ts';
import { dynamoRows } from '#lib/aws/dynamo-rows.ts';
import { renamedKeys } from '#lib/aws/stored-names.ts';
import { listPresets } from '#lib/delivery/preset.ts';
import { toBatchView, toProductView } from '#lib/http/batch-view.ts';
import { toEditSessionView } from '#lib/http/edit-view.ts';
import { toImageView } from '#lib/http/image-view.ts';
import { renditionVersion } from '#lib/images/find-thumbnail.ts';
import type { Image } from '#lib/images/image.ts';
import type { Step } from '#lib/images/step.ts';
import type { openDynamodbBackend, Tables } from '../backend.ts';

const baseUrl = 'http://darkroom.example';

// `views.json` has the links of 4d27351, which were made from what was stored, as today's are.
const presets = listPresets(
  [
    { name: 'small', longestSide: 200 },
    { name: 'medium', longestSide: 800 },
  ],
  [],
);

const thumbnailLinks = ({ imageId, renditionSet }: Image) => {
  const version = renditionSet ? `?v=${renditionVersion(renditionSet)}` : '';
  const thumbnails = `${baseUrl}/api/images/${imageId}/thumbnails`;
  return {
    presets,
    linkTo: (_: unknown, { name }: { name: string }) => `${thumbnails}/${name}${version}`,
  };
};

const processedLink = ({ imageId }: { imageId: string }) => `${baseUrl}/api/image/${imageId}.jpg`;

const resultLinks = {
  presets,
  linkTo: ({ imageId }: { imageId: string }) => `${baseUrl}/api/images/${imageId}/original`,
};

type Backend = Awaited<ReturnType<typeof openDynamodbBackend>>;
export type Item = Record<string, AttributeValue>;

/** A file beside this one: what a release stored, or what it read in that. */
export const readJson = (release: string, file: string): Record<string, Item> =>
  JSON.parse(readFileSync(new URL(`./${release}/${file}.json`, import.meta.url), 'utf8'));

const textIn = (item: Item, name: string): string => z.string().parse(item[name]?.S);
const mapIn = (item: Item, name: string): Item => z.custom<Item>().parse(item[name]?.M);

/** Where the items are written, and read again. */
export type Store = { client: Backend['client']; tables: Tables };

/** Each reader writes its item first, since several items have the same key. */
export const put = ({ client }: Store, TableName: string, item: Item) =>
  client.send(new PutItemCommand({ TableName, Item: withCurrentKeys(item) }));

/** Keys cannot be renamed in a table: an item of another release is copied into one of this release. */
const withCurrentKeys = (item: Item): Item =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => [renamedKeys[name] ?? name, value]),
  );

const readImage = async (item: Item, store: Store) => {
  await put(store, store.tables.imagesTable, item);
  const stored = dynamoImages(store.tables, store.client);
  const imageId = textIn(item, 'image_id');
  if (textIn(item, 'part') === 'exif') return { shown: await stored.getRawExif(imageId) };
  const { image, version } = (await stored.find(imageId)) ?? {};
  if (!image) return undefined;
  const { rev, deleted = null, steps, orphanedRenditions = [], earlier = [] } = image;
  return {
    shown: deleted ? null : showIn4d27351(image),
    known: {
      version,
      deleted,
      revision: rev,
      runs: Object.fromEntries(Object.entries(steps).map(([name, { run }]) => [name, run])),
      pending: Object.values(steps).flatMap((step) =>
        step.state === 'pending' ? pendingIn4d27351(step) : [],
      ),
      orphaned: orphanedRenditions.map(({ renditionSetId, owner }) => [renditionSetId, owner]),
      earlier: earlier.map(({ renditionSetId, owner }) => [renditionSetId, owner]),
      etag: image.etag,
      request_id: image.requestId,
      listed_at: image.listedAt,
      began_at: image.beganAt ?? null,
    },
  };
};

/** 4d27351 showed the end of an earlier run while a step was retried. */
const showIn4d27351 = (image: Image) => {
  const view = toImageView(image, { ...thumbnailLinks(image), baseUrl });
  return { ...view, processed_at: view.processed_at ?? image.processedAt ?? null };
};

/** `views.json` has the name that 4d27351 had for it. */
const pendingIn4d27351 = ({ requeuedAt, ...step }: Extract<Step, { state: 'pending' }>) => ({
  ...step,
  ...(requeuedAt && { askedAgainAt: requeuedAt }),
});

const readRenditionSet = async (item: Item, store: Store) => {
  await put(store, store.tables.renditionSetsTable, item);
  const set = await dynamoRenditionSets(store.tables, store.client).find(
    textIn(item, item['content_id'] ? 'content_id' : 'rendition_set_id'),
  );
  if (!set) return undefined;
  const { renditionSetId, owner, refs, renditions, createdAt, caption = null } = set;
  const { placeholder, dominantColor } = set;
  return {
    known: {
      ids: [renditionSetId, owner],
      references: refs,
      renditions,
      looks: [placeholder, dominantColor],
      created_at: createdAt,
      caption,
    },
  };
};

const readBatch = async (requestId: string, store: Store) => {
  const { batch, version } =
    (await dynamoBatches(store.tables, store.client).find(requestId)) ?? {};
  if (!batch) return undefined;
  const { work, cut = null, webhook, baseUrl: base, csvUrl = null } = batch;
  return {
    shown: toBatchView(batch, { products: 0, images: 0, failed: 0 }),
    known: {
      version,
      base_url: base,
      csv_url: csvUrl,
      work,
      cut,
      asked_again_at: batch.requeuedAt ?? null,
      webhook: webhook
        ? [webhook.round, webhook.tries, webhook.dueAt ?? null, webhook.leasedUntil ?? null]
        : null,
    },
  };
};

const readBatchItem = async (item: Item, store: Store) => {
  await put(store, store.tables.batchesTable, item);
  const requestId = textIn(item, 'request_id');
  const [, number] = /^row#(\d+)$/.exec(textIn(item, 'part')) ?? [];
  if (number === undefined) return readBatch(requestId, store);
  const { row, version } =
    (await dynamoRows(store.tables, store.client).find(requestId, Number(number))) ?? {};
  return (
    row && { shown: toProductView(row, { requestId, linkTo: processedLink }), known: { version } }
  );
};

const readEdit = async (editId: string, store: Store) => {
  const { edit, version } = (await dynamoEdits(store.tables, store.client).find(editId)) ?? {};
  if (!edit) return undefined;
  const { initId, createdAt, expiresAt, source, target = null, requestId } = edit;
  const process = { initId, createdAt, expiresAt, editIds: [editId] };
  const running = edit.status === 'PROCESSING' ? edit : undefined;
  return {
    shown: toEditSessionView({ process, edits: [edit], requested: edit }, resultLinks),
    known: {
      version,
      source,
      target,
      request_id: requestId,
      lease: running?.lease ?? null,
      unanswered: running?.unanswered ?? null,
      attempts: running?.attempts ?? null,
    },
  };
};

const readEditSession = async (stored: Item, store: Store) => {
  const whenItWasCreated = new Date(textIn(stored, 'createdAt'));
  const initId = textIn(stored, 'initId');
  const found = await dynamoEditSessions(store.tables, store.client).read(initId, whenItWasCreated);
  if (!found) return undefined;
  return {
    shown: toEditSessionView(
      { process: found.process, edits: [], requested: undefined },
      resultLinks,
    ),
    known: { version: found.version, edits: found.process.editIds },
  };
};

/** Hits and misses are counted in one item, sets and evictions in others. */
const readCounters = async (slot: string, store: Store) => {
  const report = await dynamoEditSessions(store.tables, store.client).report(new Date());
  const { hits, misses, sets, evictions } = report;
  return { shown: slot === 'head' ? { hits, misses } : { sets, evictions } };
};

const readEditSessionItem = async (item: Item, store: Store) => {
  await put(store, store.tables.editSessionsTable, item);
  if (item['edit']) return readEdit(textIn(mapIn(item, 'edit'), 'editId'), store);
  if (item['process']) return readEditSession(mapIn(item, 'process'), store);
  return readCounters(textIn(item, 'slot'), store);
};

const readIdempotencyRecord = async (item: Item, store: Store) => {
  await put(store, store.tables.idempotencyTable, item);
  const beforeItsLeaseEnded = new Date((Number(item['leased_until']?.N) - 1) * 1000);
  const found = await dynamoIdempotencyRecords(store.tables, store.client).begin(
    textIn(item, 'answer_id'),
    textIn(item, 'fingerprint'),
    beforeItsLeaseEnded,
  );
  return {
    shown: 'reply' in found ? found.reply : null,
    known: { state: found.state === 'completed' ? 'answered' : found.state },
  };
};

/**
 * Ways to read one stored item as the functions do, by its table. Each returns `shown`, what a
 * client sees of it, and `known`, what only workers look at: no client would notice that an optional
 * attribute is no longer read.
 */
export const readers = {
  images: readImage,
  contents: readRenditionSet,
  batches: readBatchItem,
  processes: readEditSessionItem,
  answers: readIdempotencyRecord,
};
