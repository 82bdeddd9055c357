import { readFileSync } from 'node:fs';
import { type AttributeValue, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { batchViewOf, productViewOf } from '#lib/api/batch-view.ts';
import { processViewOf } from '#lib/api/edit-view.ts';
import { viewOf } from '#lib/api/image-view.ts';
import { dynamoAnswers } from '#lib/aws/dynamo-answers.ts';
import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { dynamoContents } from '#lib/aws/dynamo-contents.ts';
import { dynamoEdits } from '#lib/aws/dynamo-edits.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoProcesses } from '#lib/aws/dynamo-processes.ts';
import { dynamoRows } from '#lib/aws/dynamo-rows.ts';
import type { openDynamodbBackend, Tables } from '../backend.ts';

const baseUrl = 'http://darkroom.example';

type Backend = Awaited<ReturnType<typeof openDynamodbBackend>>;
type Item = Record<string, AttributeValue>;

/** The content of a file beside this one: what a release stored, or what it made of that. */
export const readJson = (release: string, file: string): Record<string, Item> =>
  JSON.parse(readFileSync(new URL(`./${release}/${file}.json`, import.meta.url), 'utf8'));

const textIn = (item: Item, name: string): string => z.string().parse(item[name]?.S);
const mapIn = (item: Item, name: string): Item => z.custom<Item>().parse(item[name]?.M);

/** Where the items are written, and read again. */
export type Store = { client: Backend['client']; tables: Tables };

/** Written first by whoever reads it, since several items have the same key. */
const put = ({ client }: Store, TableName: string, Item: Item) =>
  client.send(new PutItemCommand({ TableName, Item }));

const readImage = async (item: Item, store: Store) => {
  await put(store, store.tables.imagesTable, item);
  const stored = dynamoImages(store.tables, store.client);
  const imageId = textIn(item, 'image_id');
  if (textIn(item, 'part') === 'exif') return { shown: await stored.findRawExif(imageId) };
  const { image, version } = (await stored.find(imageId)) ?? {};
  if (!image) return undefined;
  const { rev, deleted = null, steps, leftovers = [], earlier = [] } = image;
  return {
    shown: deleted ? null : viewOf(image, { baseUrl }),
    known: {
      version,
      deleted,
      revision: rev,
      runs: Object.fromEntries(Object.entries(steps).map(([name, { run }]) => [name, run])),
      pending: Object.values(steps).filter(({ state }) => state === 'pending'),
      orphaned: leftovers.map(({ contentId, maker }) => [contentId, maker]),
      earlier: earlier.map(({ contentId, maker }) => [contentId, maker]),
      etag: image.etag,
      request_id: image.requestId,
      listed_at: image.listedAt,
      began_at: image.beganAt ?? null,
    },
  };
};

const readContent = async (item: Item, store: Store) => {
  await put(store, store.tables.contentsTable, item);
  const content = await dynamoContents(store.tables, store.client).find(textIn(item, 'content_id'));
  if (!content) return undefined;
  const { contentId, maker, refs, renditions, createdAt, caption = null } = content;
  const { placeholder, dominantColor } = content;
  return {
    known: {
      ids: [contentId, maker],
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
    shown: batchViewOf(batch, { products: 0, images: 0, failed: 0 }),
    known: {
      version,
      base_url: base,
      csv_url: csvUrl,
      work,
      cut,
      asked_again_at: batch.askedAgainAt ?? null,
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
  return row && { shown: productViewOf(row, { requestId, baseUrl }), known: { version } };
};

const readEdit = async (editId: string, store: Store) => {
  const { edit, version } = (await dynamoEdits(store.tables, store.client).find(editId)) ?? {};
  if (!edit) return undefined;
  const { initId, createdAt, expiresAt, source, target = null, requestId } = edit;
  const process = { initId, createdAt, expiresAt, editIds: [editId] };
  const running = edit.status === 'PROCESSING' ? edit : undefined;
  return {
    shown: processViewOf({ process, edits: [edit], asked: edit }, { baseUrl }),
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

const readProcess = async (stored: Item, store: Store) => {
  const whileItLived = new Date(textIn(stored, 'createdAt'));
  const initId = textIn(stored, 'initId');
  const found = await dynamoProcesses(store.tables, store.client).read(initId, whileItLived);
  if (!found) return undefined;
  return {
    shown: processViewOf({ process: found.process, edits: [], asked: undefined }, { baseUrl }),
    known: { version: found.version, edits: found.process.editIds },
  };
};

/** Lookups are counted in one item, what was put in or gave way in others. */
const readCounters = async (slot: string, store: Store) => {
  const report = await dynamoProcesses(store.tables, store.client).report(new Date());
  const { hits, misses, sets, evictions } = report;
  return { shown: slot === 'head' ? { hits, misses } : { sets, evictions } };
};

const readProcessItem = async (item: Item, store: Store) => {
  await put(store, store.tables.processesTable, item);
  if (item['edit']) return readEdit(textIn(mapIn(item, 'edit'), 'editId'), store);
  if (item['process']) return readProcess(mapIn(item, 'process'), store);
  return readCounters(textIn(item, 'slot'), store);
};

const readAnswer = async (item: Item, store: Store) => {
  await put(store, store.tables.answersTable, item);
  const whileItWasBegun = new Date((Number(item['leased_until']?.N) - 1) * 1000);
  const found = await dynamoAnswers(store.tables, store.client).begin(
    textIn(item, 'answer_id'),
    textIn(item, 'fingerprint'),
    whileItWasBegun,
  );
  return { shown: 'answer' in found ? found.answer : null, known: { state: found.state } };
};

/**
 * Ways to read one stored item as the functions do, by its table. Each answers `shown`, what a
 * client sees of it, and `known`, what only workers look at: an optional attribute that is no
 * longer read would be missed by no client.
 */
export const readers = {
  images: readImage,
  contents: readContent,
  batches: readBatchItem,
  processes: readProcessItem,
  answers: readAnswer,
};
