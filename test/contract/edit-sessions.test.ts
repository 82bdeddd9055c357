import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoEditSessions } from '#lib/aws/dynamo-edit-sessions.ts';
import { ringIndex } from '#lib/edits/edit-session.ts';
import { inMemoryEditSessions } from '#test/support/in-memory-edit-sessions.ts';
import { embedded, openDynamodbBackend } from './backend.ts';
import { editSessionsContract } from './edit-sessions.contract.ts';

editSessionsContract('memory', async () => inMemoryEditSessions());

type Backend = Awaited<ReturnType<typeof openDynamodbBackend>>;
let backend: Backend;
beforeAll(async () => {
  backend = await openDynamodbBackend();
});
afterAll(() => backend.stop());
const makeTable = ({ makeTable }: Backend) => makeTable('EditSessionsTable');

editSessionsContract('DynamoDB', async () =>
  dynamoEditSessions({ editSessionsTable: await makeTable(backend) }, backend.client),
);

const hour = { ttlSeconds: 3600 };

describe('DynamoDB', () => {
  it('does not replace a newer session when the ring buffer has wrapped around in the meantime', async () => {
    const TableName = await makeTable(backend);
    const editSessions = dynamoEditSessions({ editSessionsTable: TableName }, backend.client);
    const now = new Date();
    const younger = {
      initId: `001-${crypto.randomUUID()}`,
      createdAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + 60_000).toISOString(),
      editIds: [],
    };
    const Item = { slot: '1', n: 1001, v: 1, process: younger };
    await backend.client.send(new PutCommand({ TableName, Item }));

    const late = await editSessions.add(hour, now);

    expect(ringIndex(late.initId)).toBe(2);
    expect((await editSessions.find(younger.initId, now))?.process).toEqual(younger);
    expect(await editSessions.report(now)).toMatchObject({ sets: 1, evictions: 0 });
  });

  it.runIf(embedded)('counts exactly while its transactions conflict with each other', async () => {
    let transactions = 0;
    const conflicting = await openDynamodbBackend({ conflict: () => ++transactions % 2 === 0 });
    try {
      const editSessionsTable = await conflicting.makeTable('EditSessionsTable');
      const editSessions = dynamoEditSessions({ editSessionsTable }, conflicting.client);
      const now = new Date();

      const added = await Promise.all(
        Array.from({ length: 40 }, () => editSessions.add(hour, now)),
      );

      expect(new Set(added.map(({ initId }) => ringIndex(initId))).size).toBe(40);
      const { entries, sets, evictions } = await editSessions.report(now);
      expect({ entries: entries.length, sets, evictions }).toEqual({
        entries: 40,
        sets: 40,
        evictions: 0,
      });
    } finally {
      await conflicting.stop();
    }
  });
});
