import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  CloseMessage,
  ExpandMessage,
  ImportMessage,
  WebhookMessage,
} from '#lib/batches/messages.ts';
import { EditMessage } from '#lib/edits/edits.ts';
import { OutcomeMessage, StepMessage } from '#lib/images/messages.ts';
import { keysOf, S3News } from '#lib/queue/s3-event.ts';
import { openDynamodbBackend } from './backend.ts';
import { readers, readJson, type Store } from './stored/read-stored.ts';

/** Each with a folder beside read-stored.ts, which says how it was made. */
const releases = ['4d27351'];
const kinds = ['images', 'contents', 'batches', 'processes', 'answers'] as const;

let backend: Awaited<ReturnType<typeof openDynamodbBackend>>;
let store: Store;
beforeAll(async () => {
  backend = await openDynamodbBackend();
  store = { client: backend.client, tables: await backend.makeTables() };
});
afterAll(() => backend.stop());

describe.each(releases)('what release %s stored reads as it did then', (release) => {
  const views = z
    .record(z.string(), z.record(z.string(), z.looseObject({})))
    .parse(readJson(release, 'views'));

  describe.each(kinds)('%s', (kind) => {
    const items = Object.entries(readJson(release, kind));

    // More may be shown of it by now, such as a step that was added since; nothing less.
    it.each(items)('%s', async (what, item) => {
      expect(await readers[kind](item, store)).toMatchObject(views[kind]?.[what] ?? {});
      expect(views[kind]).toHaveProperty([what]);
    });
  });
});

/** What each queue of that release takes, under the name that the queue had then. */
const messages = {
  arrivals: S3News,
  'make-thumbnails': StepMessage,
  'read-exif': StepMessage,
  'write-caption': StepMessage,
  'expand-batch': ExpandMessage,
  'import-row': ImportMessage,
  'note-outcome': OutcomeMessage,
  'close-batch': CloseMessage,
  'send-webhook': WebhookMessage,
  'run-edit': EditMessage,
};

describe.each(releases)('messages that release %s sent are understood', (release) => {
  const sent = z.record(z.string(), z.array(z.unknown())).parse(readJson(release, 'messages'));

  it.each(Object.entries(messages))('in its queue %s', (queue, schema) => {
    expect(sent[queue]?.length).toBeGreaterThan(0);
    for (const body of sent[queue] ?? []) {
      const read: unknown = schema.parse(body);
      if (queue !== 'arrivals') expect(read).toEqual(body);
    }
  });

  it('and those of S3 with the keys that were meant', () => {
    const keys = (sent['arrivals'] ?? []).flatMap((body) => keysOf(S3News.parse(body)));

    expect(keys).toEqual([
      expect.stringMatching(/^uploads\/.+\/phone\.jpg$/),
      expect.stringMatching(/^presigned\/.+\/again\.jpg$/),
      'holiday/été 1+2.png',
    ]);
  });
});
